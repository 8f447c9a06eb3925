import type { Instant } from '../calendar.ts';

const FIRST_WAIT_MS = 60_000;
const WAIT_MS_MAX = 6 * 3_600_000;

/** When something that did not work is tried again: after 1, 2, 4 ... minutes, at most every 6 hours, for ever. `tries` counts from 1. */
export function tryAgainAt(now: Instant, tries: number): Instant {
  return now + Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries - 1, 20), WAIT_MS_MAX);
}
