import type { PayoutDeps } from './payout-deps.ts';
import { reconcilePayouts } from './reconcile-payouts.ts';
import { sendDuePayouts, type SendOptions } from './send-due-payouts.ts';

/** What failed was logged, and is due again. After so many in a row the rest waits for the next tick. */
const FAILURES_MAX = 3;

export type SendTotals = Readonly<Record<'paid' | 'sent' | 'refused' | 'later' | 'unknown' | 'failed', number>>;

interface Stoppable {
  /** When it aborts, no other batch is begun. */
  readonly signal?: AbortSignal;
}

/** Sends all that is due, batch by batch. */
export async function sendAllDue(
  deps: PayoutDeps,
  { signal, ...options }: SendOptions & Stoppable = {},
): Promise<SendTotals> {
  const totals = { paid: 0, sent: 0, refused: 0, later: 0, unknown: 0, failed: 0 };
  while (totals.failed < FAILURES_MAX && !signal?.aborted) {
    try {
      const tally = await sendDuePayouts(deps, options);
      for (const name of ['paid', 'sent', 'refused', 'later', 'unknown'] as const) totals[name] += tally[name];
      if (tally.due === 0) break;
    } catch (error) {
      totals.failed += 1;
      deps.log.error({ err: error }, 'a batch of payouts had a failure; what failed stays due');
    }
  }
  return totals;
}

export type ReconcileTotals = Readonly<Record<'looked' | 'settled' | 'absent' | 'away' | 'failed', number>>;

/** Asks about all that is ambiguous or silent and due, batch by batch. */
export async function reconcileAllDue(deps: PayoutDeps, { signal }: Stoppable = {}): Promise<ReconcileTotals> {
  const totals = { looked: 0, settled: 0, absent: 0, away: 0, failed: 0 };
  while (totals.failed < FAILURES_MAX && !signal?.aborted) {
    try {
      const tally = await reconcilePayouts(deps);
      for (const name of ['looked', 'settled', 'absent', 'away'] as const) totals[name] += tally[name];
      if (tally.looked === 0) break;
    } catch (error) {
      totals.failed += 1;
      deps.log.error({ err: error }, 'a batch of payouts could not be reconciled; it stays due');
    }
  }
  return totals;
}
