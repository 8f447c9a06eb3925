import { setTimeout as pause } from 'node:timers/promises';

/**
 * Polls until `attempt` returns something other than `undefined` and returns that; `undefined` once `deadlineMs` have
 * passed. Uses the monotonic clock, so a change of the wall clock does not matter.
 */
export async function waitUntil<T>(
  deadlineMs: number,
  attempt: () => Promise<T | undefined> | T | undefined,
  everyMs = 25,
): Promise<T | undefined> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (performance.now() >= end) return undefined;
    await pause(everyMs);
  }
}
