import Joi from 'joi';
import type { Instant } from '../../programs/calendar.ts';
import { PAYOUT_STATES, type PayoutState } from '../../programs/payouts/payout-states.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import { decodeCursor, pageReply } from '../http/paginate.ts';
import { route, type AnyRoute, type Reply } from '../http/route.ts';
import { cursor, currencyAmount, identifier, instant, pageLimit } from '../http/validate.ts';
import type { Services } from '../services.ts';
import { approvePayout, giveUpPayout } from './approve-payout.ts';
import { createPayout } from './create-payout.ts';
import { listPayouts, showPayout } from './list-payouts.ts';
import { openPayouts } from './open-payouts.ts';
import { payoutSchema, renderPayout } from './render-payout.ts';
import { releaseReturned, retryPayout } from './retry-payout.ts';

interface CreateBody {
  businessKey: string;
  payeeId: string;
  amount: { amount: number; currency: string };
  countedAmount?: number;
  fundingAccount: string;
  lines?: { ref: string; amount: number }[];
  claimId?: string;
  incidentAt?: Instant;
  assessors?: string[];
  statementText: string;
  provider?: 'stripe' | 'bank_file';
}

interface ListQuery {
  state?: PayoutState;
  payeeId?: string;
  claimId?: string;
  limit: number;
  cursor?: string;
}

const minorUnits = Joi.number().integer().min(1).max(Number.MAX_SAFE_INTEGER);
const params = Joi.object<{ id: string }>({ id: Joi.string().pattern(/^pyo_[0-9a-z]{1,40}$/) });
const common = {
  tag: 'Payouts',
  allow: ['operator'],
  tenant: 'For operators of Parasol only; no platform sees payouts (C9).',
} as const;
const answers = { 200: { description: 'The payout as it is now.', schema: payoutSchema } };

async function reply(services: Services, payout: Payout | string, status = 200): Promise<Reply> {
  return { status, json: renderPayout(await showPayout(services, payout)) };
}

export const payoutRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts',
    operationId: 'createPayout',
    summary: 'Decides a payout and reserves its money',
    description:
      'The business key is the idempotency key, for ever: the same key and content answers the same payout. Where money lacks, the payout is kept as `awaiting_funds` and paid in its turn.',
    scope: 'payouts:write',
    idempotency: 'keyed',
    body: Joi.object<CreateBody>({
      businessKey: identifier.description('The fact that is paid, such as `claim:clm_1:decision:2`.'),
      payeeId: identifier,
      amount: currencyAmount,
      countedAmount: minorUnits
        .optional()
        .description('With advances and linked claims of 30 days, where more is known.'),
      fundingAccount: Joi.string().max(200).example('carrier:car_1:claims_float:CNY'),
      lines: Joi.array()
        .items(Joi.object({ ref: identifier, amount: minorUnits }))
        .min(1)
        .max(100)
        .optional()
        .description('What is paid for; they add up to the amount.'),
      claimId: identifier.optional(),
      incidentAt: instant.optional().description('An account that was set later cools down for 24 hours (M9).'),
      assessors: Joi.array().items(identifier).max(20).optional().description('Persons who may not approve.'),
      statementText: Joi.string().min(1).max(100).description('What the payee reads; no health data.'),
      provider: Joi.string().valid('stripe', 'bank_file').optional(),
    }),
    responses: {
      200: { description: 'It was decided before: the payout as it is now.', schema: payoutSchema },
      201: { description: 'Decided.', schema: payoutSchema },
    },
    problems: [
      'payee_not_found',
      'payout_key_reused',
      'payout_amount_invalid',
      'payout_lines_differ',
      'funding_account_refused',
    ],
    async handle(services, { actor, body }) {
      const { payout, created } = await createPayout(openPayouts(services), { actor, ...body });
      const answer = await reply(services, payout, created ? 201 : 200);
      return { ...answer, headers: { Location: `/v1/payouts/${payout.id}` } };
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/payouts',
    operationId: 'listPayouts',
    summary: 'Payouts, latest decision first',
    scope: 'payouts:read',
    query: Joi.object<ListQuery>({
      state: Joi.string()
        .valid(...Object.keys(PAYOUT_STATES))
        .optional(),
      payeeId: identifier.optional(),
      claimId: identifier.optional(),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of payouts.',
        schema: Joi.object({ data: Joi.array().items(payoutSchema), nextCursor: Joi.string().allow(null) }),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { query }) {
      const { state, payeeId, claimId, limit } = query;
      const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['number', 'string']);
      const found = await listPayouts(services, { state, payeeId, claimId, limit, after });
      return pageReply(found, limit, ({ payout }) => [payout.decidedAt, payout.id], renderPayout);
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/payouts/{id}',
    operationId: 'getPayout',
    summary: 'A payout with its attempts, approvals and timeline',
    scope: 'payouts:read',
    params,
    responses: { 200: { description: 'The payout.', schema: payoutSchema } },
    problems: ['payout_not_found'],
    handle: (services, { params: { id } }) => reply(services, id),
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts/{id}/approve',
    operationId: 'approvePayout',
    summary: "One person's approval",
    description:
      'Binds exactly the lines, payee and amount that `approvals.binding` stands for; persons are counted, not keys, and none of them created or assessed it or set the account (M8). Approving twice counts once.',
    scope: 'payouts:approve',
    idempotency: 'harmless',
    params,
    body: Joi.object<{ binding: string }>({ binding: Joi.string().max(100) }),
    responses: answers,
    problems: ['payout_not_found', 'payout_changed', 'approver_refused', 'payout_not_awaiting_approval'],
    async handle(services, { actor, params: { id }, body: { binding } }) {
      return reply(services, await approvePayout(openPayouts(services), { actor, payoutId: id, binding }));
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts/{id}/void',
    operationId: 'voidPayout',
    summary: 'Gives a payout up, or says no to it',
    description:
      'Only while its money certainly did not leave; the reservation is released. Doing it again changes nothing.',
    scope: 'payouts:write',
    idempotency: 'harmless',
    params,
    body: Joi.object<{ reason: string }>({ reason: Joi.string().min(1).max(200) }),
    responses: answers,
    problems: ['payout_not_found', 'payout_not_voidable'],
    async handle(services, { actor, params: { id }, body: { reason } }) {
      return reply(services, await giveUpPayout(openPayouts(services), { actor, payoutId: id, reason }));
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts/{id}/retry',
    operationId: 'retryPayout',
    summary: 'Tries again after a certain failure or a return',
    description:
      'After a failure the same payout makes its next attempt; after a return a new, linked payout is answered, paid from what is held for its person (M7).',
    scope: 'payouts:write',
    idempotency: 'harmless',
    params,
    responses: answers,
    problems: [
      'payout_not_found',
      'payee_not_found',
      'payout_not_retryable',
      'payee_unchanged',
      'payout_attempts_used',
    ],
    async handle(services, { actor, params: { id } }) {
      return reply(services, await retryPayout(openPayouts(services), { actor, payoutId: id }));
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts/{id}/release',
    operationId: 'releasePayout',
    summary: 'Gives what came back to the account that paid it',
    description: 'When nobody is to be paid any more. Doing it again changes nothing.',
    scope: 'payouts:approve',
    idempotency: 'harmless',
    params,
    responses: answers,
    problems: ['payout_not_found', 'payout_not_retryable'],
    async handle(services, { actor, params: { id } }) {
      return reply(services, await releaseReturned(openPayouts(services), { actor, payoutId: id }));
    },
  }),
];
