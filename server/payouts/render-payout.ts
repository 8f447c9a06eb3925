import Joi from 'joi';
import { formatInstant, type Instant } from '../../programs/calendar.ts';
import { approvalsMissing } from '../../programs/payouts/approvals.ts';
import { approvalsNeeded } from '../../programs/payouts/bands.ts';
import { PAYOUT_STATES } from '../../programs/payouts/payout-states.ts';
import { currencyAmount, sandboxMark } from '../http/validate.ts';
import { isSandbox } from '../payments/provider-of.ts';
import type { Services } from '../services.ts';
import type { ShownPayout } from './list-payouts.ts';

const text = Joi.string();
const instant = Joi.string();
const orNull = Joi.string().allow(null);
const whole = Joi.number().integer();

export const payoutSchema = Joi.object({
  id: text,
  businessKey: text.description('The fact that is paid: one payout for ever.'),
  claimId: orNull,
  state: Joi.string().valid(...Object.keys(PAYOUT_STATES)),
  stateMeans: text,
  stateSince: instant,
  nextAt: orNull.description('When it goes on by itself; null: a person or the provider moves it.'),
  amount: currencyAmount,
  countedAmount: currencyAmount.description("What the bands look at: with the person's linked payouts (M8)."),
  lines: Joi.array().items(Joi.object({ ref: text, amount: whole })),
  statementText: text,
  fundingAccount: text,
  reservationId: text.description("The reservation's id in the ledger."),
  payee: Joi.object({
    id: text,
    version: whole,
    relation: text,
    holderId: text,
    account: orNull.description('Masked.'),
    verified: Joi.boolean(),
    coolsUntil: orNull,
  }),
  approvals: Joi.object({
    needed: whole,
    missing: whole,
    binding: text.description('Send it when you approve: it stands for lines, payee and amount.'),
    given: Joi.array().items(Joi.object({ person: text, at: instant })),
  }),
  createdBy: text,
  assessors: Joi.array().items(text),
  incidentAt: orNull,
  decidedAt: instant,
  provider: text,
  sandbox: sandboxMark,
  attempts: Joi.array().items(
    Joi.object({
      number: whole,
      idempotencyKey: text,
      keyedAt: instant,
      payeeVersion: whole,
      outcome: text,
      providerRef: orNull,
      words: orNull.description("The provider's own."),
      endedAt: orNull,
    }),
  ),
  retryOf: orNull.description('The returned payout that this one pays again.'),
  successorId: orNull.description('The payout that pays this returned one again.'),
  releasedAt: orNull.description('When what came back was given to its source.'),
  contradictions: Joi.array().items(text).description('What a provider said that cannot be: for a person.'),
  timeline: Joi.array().items(Joi.object({ at: instant, state: text, by: text, note: orNull })),
  url: text,
}).meta({ title: 'Payout' });

const at = (instantOrNull: Instant | null): string | null =>
  instantOrNull === null ? null : formatInstant(instantOrNull);

export function renderPayout(services: Pick<Services, 'payments'>, { payout, payee }: ShownPayout) {
  const { currency } = payout.amount;
  const counted = { amount: payout.countedAmount, currency };
  return {
    id: payout.id,
    businessKey: payout.businessKey,
    claimId: payout.claimId,
    state: payout.state,
    stateMeans: PAYOUT_STATES[payout.state].means,
    stateSince: formatInstant(payout.stateSince),
    nextAt: at(payout.nextAt),
    amount: payout.amount,
    countedAmount: counted,
    lines: payout.lines,
    statementText: payout.statementText,
    fundingAccount: payout.fundingAccount,
    reservationId: `${payout.id}:${payout.reservation}`,
    payee: {
      id: payout.payeeId,
      version: payout.payeeVersion,
      relation: payout.relation,
      holderId: payout.holderId,
      account: payee?.account.masked ?? null,
      verified: (payee?.verifiedAt ?? null) !== null,
      coolsUntil: at(payout.coolsUntil),
    },
    approvals: {
      needed: approvalsNeeded(counted, payout.relation),
      missing: approvalsMissing(payout),
      binding: payout.binding,
      given: payout.approvals.map((approval) => ({ person: approval.person, at: formatInstant(approval.at) })),
    },
    createdBy: payout.createdBy,
    assessors: payout.assessors,
    incidentAt: at(payout.incidentAt),
    decidedAt: formatInstant(payout.decidedAt),
    provider: payout.provider,
    sandbox: isSandbox(services, payout.provider),
    attempts: payout.attempts.map(({ number, key, keyedAt, payeeVersion, outcome, providerRef, words, endedAt }) => ({
      number,
      idempotencyKey: key,
      keyedAt: formatInstant(keyedAt),
      payeeVersion,
      outcome,
      providerRef,
      words,
      endedAt: at(endedAt),
    })),
    retryOf: payout.retryOf,
    successorId: payout.successorId,
    releasedAt: at(payout.releasedAt),
    contradictions: payout.contradictions,
    timeline: payout.timeline.map((entry) => ({ ...entry, at: formatInstant(entry.at) })),
    url: `/v1/payouts/${payout.id}`,
  };
}
