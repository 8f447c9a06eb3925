import { lookLater, reconcileAbsent } from '../../programs/payouts/attempt.ts';
import { openAttempt, type Payout } from '../../programs/payouts/payout.ts';
import { applyReport } from '../../programs/payouts/report.ts';
import type { ProviderPayout } from '../payments/payment-port.ts';
import { decideAndCommit } from './commit-step.ts';
import { inPool } from './in-pool.ts';
import { notFound } from './approve-payout.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { orPutOff } from './put-off.ts';

export interface ReconcileTally {
  readonly looked: number;
  /** Found, and something new was booked. */
  readonly settled: number;
  /** Not found: the same key goes out again, or the attempt is dead. */
  readonly absent: number;
  /** The provider could not be asked; asked again later. */
  readonly away: number;
}

const BATCH = 100;
const LOOKS_AT_ONCE = 8;

/**
 * Asks the provider about one batch of payouts whose answer was ambiguous, and of those that it has worked on for long
 * without a word. Found: its outcome is booked. Not found: the same key again while the key may act, later nothing until
 * it cannot act any more; only then is the attempt dead and another key possible.
 */
export async function reconcilePayouts(deps: PayoutDeps, batch: number = BATCH): Promise<ReconcileTally> {
  const tally = { looked: 0, settled: 0, absent: 0, away: 0 };
  const due = await deps.payouts.toReconcile(deps.clock.now(), batch);
  tally.looked = due.length;
  await inPool(due, LOOKS_AT_ONCE, (payout) =>
    orPutOff(deps, { name: 'reconcile', payout }, async () => {
      const { result } = await reconcile(deps, payout);
      if (result !== 'nothing_new') tally[result] += 1;
    }),
  );
  return tally;
}

/** Asks about one payout now, due or not. Throws `payout_not_found`. */
export async function reconcilePayout(deps: PayoutDeps, payoutId: string): Promise<Payout> {
  const payout = (await deps.payouts.byId(payoutId)) ?? notFound(payoutId);
  if (payout.attempts.length === 0) return payout;
  await reconcile(deps, payout);
  return (await deps.payouts.byId(payoutId)) ?? notFound(payoutId);
}

async function reconcile(
  deps: PayoutDeps,
  payout: Payout,
): Promise<{ readonly result: 'settled' | 'absent' | 'away' | 'nothing_new' }> {
  const found = await look(deps, payout);
  if (found === undefined) {
    await later(deps, payout.id);
    return { result: 'away' };
  }
  let settled = false;
  for (const report of found) {
    const now = deps.clock.now();
    const booked = await decideAndCommit(deps, payout.id, now, (stored) => {
      const step = applyReport(stored, report, now);
      return step && { name: step.moves.includes('return') ? 'return' : 'outcome', step };
    });
    settled ||= booked?.changed === true;
  }
  if (settled) return { result: 'settled' };
  const now = deps.clock.now();
  const absent = await decideAndCommit(deps, payout.id, now, (stored) => {
    // What was found missing is the attempt that we looked for; by now it may be another, or answered.
    const open = openAttempt(stored);
    if (stored.state !== 'unknown' || open === undefined || stored.version !== payout.version) return undefined;
    if (found.some(({ attempt }) => attempt === open.number)) return undefined;
    return { name: 'reconcile', step: reconcileAbsent(stored, now) };
  });
  if (absent?.changed === true) return { result: 'absent' };
  await later(deps, payout.id);
  return { result: 'nothing_new' };
}

/** Undefined when the provider could not be asked. */
async function look(deps: PayoutDeps, payout: Payout): Promise<readonly ProviderPayout[] | undefined> {
  await deps.at?.('look.before');
  const found = await deps.providers[payout.provider].findPayouts(payout.id).catch((error: unknown) => {
    deps.log.warn({ err: error, payoutId: payout.id }, 'a payment provider could not be asked');
    return undefined;
  });
  await deps.at?.('look.after');
  return found;
}

/** Still as it was: looked at again later. */
async function later(deps: PayoutDeps, payoutId: string): Promise<void> {
  const now = deps.clock.now();
  await decideAndCommit(deps, payoutId, now, (stored) => {
    const due = stored.nextAt !== null && stored.nextAt <= now;
    if (!due || (stored.state !== 'unknown' && stored.state !== 'sent')) return undefined;
    return { name: 'reconcile', step: lookLater(stored, now) };
  });
}
