import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../../programs/calendar.ts';

const HOUR_MS = 3_600_000;
const CACHED_HOURS_MAX = 20_000;

/** Turns local wall time, given as the epoch milliseconds it would have in UTC, into an instant; `undefined` when the clock skipped it. */
export type LocalClock = (wallMs: number) => Instant | undefined;

/**
 * The clock of an IANA zone. A wall time that happens twice means the first (as G7 does with an ambiguous boundary).
 * Whole hours without a change of offset are remembered: an import asks for the same few thousand again and again.
 */
export function localClock(timeZone: string): LocalClock {
  const offsets = new Map<number, number>();
  const resolve = (wallMs: number): Instant | undefined => {
    const wall = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime();
    const earlier = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
    return earlier.toPlainDateTime().equals(wall) ? earlier.epochMilliseconds : undefined;
  };
  return (wallMs) => {
    const hour = Math.floor(wallMs / HOUR_MS);
    const known = offsets.get(hour);
    if (known !== undefined) return wallMs - known;
    const first = resolve(hour * HOUR_MS);
    const last = resolve((hour + 1) * HOUR_MS - 1);
    if (first !== undefined && last !== undefined && last - first === HOUR_MS - 1) {
      if (offsets.size >= CACHED_HOURS_MAX) offsets.clear();
      const offset = hour * HOUR_MS - first;
      offsets.set(hour, offset);
      return wallMs - offset;
    }
    return resolve(wallMs);
  };
}
