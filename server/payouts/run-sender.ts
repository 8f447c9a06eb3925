import { runRounds, type RunningRounds } from '../run-rounds.ts';
import { reconcileAllDue, sendAllDue } from './drain-payouts.ts';
import { fundPayouts } from './fund-payouts.ts';
import type { PayoutDeps } from './payout-deps.ts';

export interface SenderOptions {
  /** How often an idle sender looks for what is due; default 200 ms, so that a decision goes out within a second. */
  readonly pollMs?: number;
  /** How often ambiguous answers are asked about, and money is looked for that lacked; default 2 s. */
  readonly reconcileMs?: number;
}

/** Sends payouts as they become due; the job `send-payouts` does the same where no sender runs. */
export function runSender(deps: PayoutDeps, options: SenderOptions = {}): RunningRounds {
  const { pollMs = 200, reconcileMs = 2_000 } = options;
  let reconcileAt = 0;
  const round = async (signal: AbortSignal): Promise<void> => {
    await sendAllDue(deps, { signal });
    if (signal.aborted || deps.clock.now() < reconcileAt) return;
    await reconcileAllDue(deps, { signal });
    await fundPayouts(deps);
    reconcileAt = deps.clock.now() + reconcileMs;
  };
  return runRounds(round, {
    pauseMs: pollMs,
    onTrouble: (error) => deps.log.error({ err: error }, 'the sender of payouts had trouble; it goes on'),
  });
}
