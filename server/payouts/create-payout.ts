import { hash } from 'node:crypto';
import type { Instant } from '../../programs/calendar.ts';
import type { AccountId } from '../../programs/ledger/chart.ts';
import type { Money } from '../../programs/money.ts';
import { mayFund } from '../../programs/payouts/funding.ts';
import { awaitingFunds, bindingText, newPayout, type PayoutDecision } from '../../programs/payouts/new-payout.ts';
import type { PayeeNow, Payout, PayoutLine } from '../../programs/payouts/payout.ts';
import type { Step } from '../../programs/payouts/step.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { deterministicId } from '../database/ids.ts';
import { canonicalJson } from '../http/canonical-json.ts';
import type { UnitRefusalCode, UnitResult, UnitWrite } from '../ledger/ledger.ts';
import type { ProviderName } from '../payments/payment-port.ts';
import { countPayout, isStale, untilCounted } from './count-payout.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { creationUnit } from './payout-unit.ts';

export interface CreatePayout {
  readonly actor: ActorOf<'operator'>;
  /** The fact that is paid (`claim:clm_1:decision:2`): one payout for ever, however often it is asked for. */
  readonly businessKey: string;
  readonly payeeId: string;
  readonly amount: Money;
  /** What the caller knows to count beside what was paid to the person and for the claim (M8). */
  readonly countedAmount?: number;
  readonly fundingAccount: AccountId;
  /** Default: one line, the business key. They add up to the amount. */
  readonly lines?: readonly PayoutLine[];
  readonly claimId?: string;
  readonly incidentAt?: Instant;
  /** Persons who assessed what is paid: none of them may approve it. */
  readonly assessors?: readonly string[];
  /** What the payee reads; no health data. */
  readonly statementText: string;
  readonly provider?: ProviderName;
}

/** The id of a business key's payout. */
export const payoutIdOf = (businessKey: string): string => deterministicId('pyo', businessKey);

/** The hash that an approval binds. */
export const bindingOf = (payout: Pick<Payout, 'lines' | 'amount' | 'payeeId'>, payee: PayeeNow): string =>
  hash('sha256', bindingText(payout, payee), 'base64url');

/**
 * Decides a payout: intent, reservation and outbox row appear in one unit, or none. The same key and content again
 * answers the same payout (`created: false`). Where the money lacks it is kept as `awaiting_funds` and paid in its turn.
 *
 * Throws `payee_not_found`, `payout_key_reused` (409: the key was used with other content), `payout_lines_differ`,
 * `payout_amount_invalid`, `funding_account_refused`, `payouts_contended`.
 */
export async function createPayout(
  deps: PayoutDeps,
  input: CreatePayout,
): Promise<{ readonly payout: Payout; readonly created: boolean }> {
  const now = deps.clock.now();
  const decision = decisionOf(deps, input);
  const [known, payees] = await Promise.all([deps.payouts.byId(decision.id), deps.payees.current([input.payeeId])]);
  if (known !== undefined) return sameOrRefused(known, decision);
  const payee = payees.get(input.payeeId);
  if (payee === undefined) {
    throw new Refusal('not_found', 'payee_not_found', `There is no payee ${input.payeeId}, or its holder was erased.`);
  }
  const binding = bindingOf({ ...decision, payeeId: payee.payeeId }, payee);
  const by = { holderId: payee.holderId, claimId: decision.claimId };
  return untilCounted(deps, by, async () => {
    const [isAwaited, { amount, writes: more }] = await Promise.all([
      deps.payouts.isAwaited(input.fundingAccount),
      countPayout(deps, by, input.amount, now),
    ]);
    const step = newPayout(
      { ...decision, countedAmount: Math.max(input.countedAmount ?? 0, amount) },
      payee,
      binding,
      now,
    );
    // Who came first is paid first: money that is there belongs to those who wait for it (H2).
    if (isAwaited)
      return storeAwaiting(deps, step, { now, more, why: 'Earlier payouts wait for money of this account.' });
    return storeNew(deps, step, { name: 'create', now, more });
  });
}

const LACKING: ReadonlySet<UnitRefusalCode> = new Set(['exceeds_funds', 'transfer_id_refused']);

/**
 * Stores a new payout, with more writes beside it, as it is decided or as `awaiting_funds`; whoever was first with its key
 * is answered. Undefined when the guard of another write holds no more, so that all has to be decided anew.
 */
export async function storeNew(
  deps: PayoutDeps,
  step: Step,
  {
    name,
    now,
    more,
  }: { readonly name: 'create' | 'retry'; readonly now: Instant; readonly more: readonly UnitWrite[] },
): Promise<{ readonly payout: Payout; readonly created: boolean } | undefined> {
  await deps.at?.(`${name}.before`);
  const result = await deps.ledger.commit(creationUnit(step, now, more));
  await deps.at?.(`${name}.after`);
  if (result.status === 'committed') return made(deps, step.payout);
  // An id that was refused with other words of an earlier try of this key: its money lacked then, and is asked for anew by the tick.
  if (result.status === 'refused' && LACKING.has(result.code)) {
    return storeAwaiting(deps, step, { now, more, why: result.message });
  }
  return whoeverWasFirst(deps, step, result);
}

/** Keeps a new payout without money, to be paid in its turn. */
async function storeAwaiting(
  deps: PayoutDeps,
  step: Step,
  { now, why, more }: { readonly now: Instant; readonly why: string; readonly more: readonly UnitWrite[] },
): Promise<{ readonly payout: Payout; readonly created: boolean } | undefined> {
  const kept = awaitingFunds(step, why);
  await deps.at?.('await_funds.before');
  const stored = await deps.ledger.commit(creationUnit(kept, now, more));
  await deps.at?.('await_funds.after');
  return stored.status === 'committed' ? made(deps, kept.payout) : whoeverWasFirst(deps, step, stored);
}

async function whoeverWasFirst(
  deps: PayoutDeps,
  { payout }: Step,
  result: UnitResult,
): Promise<{ readonly payout: Payout; readonly created: boolean } | undefined> {
  const first = await deps.payouts.byId(payout.id);
  if (first !== undefined) return sameOrRefused(first, payout);
  if (isStale(result)) return undefined;
  const why = result.status === 'refused' ? `${result.code}, ${result.message}` : result.status;
  throw new Error(`The ledger refused the new payout ${payout.id}: ${why}`);
}

function made(deps: PayoutDeps, payout: Payout): { readonly payout: Payout; readonly created: true } {
  deps.count?.(payout.state);
  return { payout, created: true };
}

function sameOrRefused(
  stored: Payout,
  asked: Pick<Payout, 'contentHash' | 'businessKey'>,
): { readonly payout: Payout; readonly created: boolean } {
  if (stored.contentHash === asked.contentHash) return { payout: stored, created: false };
  throw new Refusal(
    'conflict',
    'payout_key_reused',
    `The business key ${asked.businessKey} belongs to a payout with other content: ${stored.id}.`,
  );
}

function decisionOf(deps: PayoutDeps, input: CreatePayout): PayoutDecision {
  const { actor, businessKey, amount, fundingAccount, statementText, provider = 'stripe' } = input;
  if (!Number.isSafeInteger(amount.amount) || amount.amount <= 0) {
    throw new Refusal('invalid', 'payout_amount_invalid', 'A payout is over a whole number of minor units above 0.');
  }
  const lines = input.lines ?? [{ ref: businessKey, amount: amount.amount }];
  if (lines.some((line) => line.amount <= 0) || lines.reduce((sum, line) => sum + line.amount, 0) !== amount.amount) {
    throw new Refusal('invalid', 'payout_lines_differ', 'The lines must be above 0 and add up to the amount.');
  }
  if (!mayFund(fundingAccount, amount.currency)) {
    throw new Refusal(
      'invalid',
      'funding_account_refused',
      `Payouts in ${amount.currency} may not draw on ${fundingAccount}.`,
    );
  }
  const content = {
    businessKey,
    amount: { amount: amount.amount, currency: amount.currency },
    fundingAccount,
    lines,
    statementText,
    provider,
    claimId: input.claimId ?? null,
    incidentAt: input.incidentAt ?? null,
    assessors: [...new Set(input.assessors ?? [])].sort(),
  };
  return {
    ...content,
    id: payoutIdOf(businessKey),
    contentHash: hash('sha256', canonicalJson({ ...content, payeeId: input.payeeId }), 'base64url'),
    retryOf: null,
    countedAmount: amount.amount,
    sourceAccount: fundingAccount,
    cashAccount: deps.providers[provider].cashAccount(amount.currency),
    createdBy: actor.operatorId,
  };
}
