import type { Instant } from '../../programs/calendar.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import type { Step } from '../../programs/payouts/step.ts';
import type { PayoutDeps } from './payout-deps.ts';
import type { PayoutStep } from './payout-points.ts';
import { stepUnit } from './payout-unit.ts';

/** What became of a step: stored, or overtaken by another writer of the same payout. */
export type Committed =
  | { readonly status: 'committed'; readonly payout: Payout }
  | { readonly status: 'overtaken'; readonly message: string };

/** A step, and under which name it may die. */
export interface NamedStep {
  readonly name: PayoutStep;
  readonly step: Step;
}

/** Refusals by which another writer was first: read again and decide anew. Any other is a fault in the books. */
const OVERTAKEN = new Set(['guard_failed', 'already_exists', 'transfer_id_reused', 'already_resolved']);

/** Stores one step of a payout that exists, whole: state, money, outbox. Nothing is stored when it was overtaken. */
export async function commitStep(
  deps: PayoutDeps,
  { name, before, step, now }: NamedStep & { readonly before: Payout; readonly now: Instant },
): Promise<Committed> {
  await deps.at?.(`${name}.before`);
  const result = await deps.ledger.commit(stepUnit(before, step, now));
  await deps.at?.(`${name}.after`);
  // The same money was moved before, by another decision than this one: two say that a payout is paid, say.
  if (result.status === 'replayed') return { status: 'overtaken', message: 'Its transfers are booked already.' };
  if (result.status === 'refused') {
    if (OVERTAKEN.has(result.code)) return { status: 'overtaken', message: result.message };
    throw new Error(`The ledger refused ${name} of ${before.id}: ${result.code}, ${result.message}`);
  }
  const { payout, alarm } = step;
  if (payout.state !== before.state) deps.count?.(payout.state);
  if (alarm !== undefined) deps.log.error({ payoutId: payout.id, alarm }, 'a provider contradicts our books');
  return { status: 'committed', payout };
}

/** More writers than this at once on one payout are a fault. */
const ROUNDS_MAX = 10;

/**
 * Decides on the stored payout and stores the decision; overtaken by another writer, it reads and decides again. Answers
 * the payout as it is afterwards; undefined when there is none. `decide` answers undefined where nothing is to do.
 */
export async function decideAndCommit(
  deps: PayoutDeps,
  payoutId: string,
  now: Instant,
  decide: (payout: Payout) => NamedStep | undefined | Promise<NamedStep | undefined>,
): Promise<{ readonly payout: Payout; readonly changed: boolean } | undefined> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const payout = await deps.payouts.byId(payoutId);
    if (payout === undefined) return undefined;
    const decided = await decide(payout);
    if (decided === undefined) return { payout, changed: false };
    const result = await commitStep(deps, { ...decided, before: payout, now });
    if (result.status === 'committed') return { payout: result.payout, changed: true };
  }
  throw new Error(`Payout ${payoutId} was changed ${ROUNDS_MAX} times while one decision was made.`);
}
