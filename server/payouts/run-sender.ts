import { setTimeout as sleep } from 'node:timers/promises';
import { reconcileAllDue, sendAllDue } from './drain-payouts.ts';
import { fundPayouts } from './fund-payouts.ts';
import type { PayoutDeps } from './payout-deps.ts';

export interface SenderOptions {
  /** How often an idle sender looks for what is due; default 200 ms, so that a decision goes out within a second. */
  readonly pollMs?: number;
  /** How often ambiguous answers are asked about, and money is looked for that lacked; default 2 s. */
  readonly reconcileMs?: number;
}

/** A sender that runs until it is stopped. */
export interface RunningSender {
  /** Starts no more batches, and resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * Sends payouts as they become due, beside the timetable: a job of a minute would make everybody wait for half of one.
 * Any number of processes may run one; the job `send-payouts` does the same where none runs.
 */
export function runSender(deps: PayoutDeps, options: SenderOptions = {}): RunningSender {
  const { pollMs = 200, reconcileMs = 2_000 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let reconcileAt = 0;

  async function round(): Promise<void> {
    await sendAllDue(deps);
    if (deps.clock.now() < reconcileAt) return;
    await reconcileAllDue(deps);
    await fundPayouts(deps);
    reconcileAt = deps.clock.now() + reconcileMs;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await round();
      } catch (error) {
        deps.log.error({ err: error }, 'the sender of payouts had trouble; it goes on');
      }
      // Aborted while it waits: that is the end of waiting, not a failure.
      await sleep(pollMs, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
