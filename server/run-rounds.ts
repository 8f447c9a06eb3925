import { setTimeout as sleep } from 'node:timers/promises';

/** Work that is done over and over until it is stopped. */
export interface RunningRounds {
  /** Starts no more rounds, and resolves when the one under way has ended. */
  stop(): Promise<void>;
}

export interface RoundsOptions {
  /** The pause between the end of a round and the begin of the next. */
  readonly pauseMs: number;
  /** Told what a round throws; the next one comes after the same pause. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Does a piece of work round after round in this process, beside the timetable, for what should not wait for a job's
 * minute. `signal` tells a round that goes on for long that it should end. The work must be safe to do twice at once: any number of processes may run it, and its job does the same.
 */
export function runRounds(
  round: (signal: AbortSignal) => Promise<void>,
  { pauseMs, onTrouble }: RoundsOptions,
): RunningRounds {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await round(signal);
      } catch (error) {
        onTrouble(error);
      }
      // Aborted while it waits: that is the end of waiting, not a failure.
      await sleep(pauseMs, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
