import { formatInstant, type Instant, type Interval } from '../../programs/calendar.ts';

/** `2026-03-01 18:00` in the zone, for sentences; seconds only where there are any. */
export function localTime(at: Instant, timeZone: string): string {
  const text = formatInstant(at, timeZone).replace('T', ' ');
  return text.slice(17, 19) === '00' ? text.slice(0, 16) : text.slice(0, 19);
}

export const localSpan = ({ from, to }: Interval, timeZone: string): string =>
  `${localTime(from, timeZone)} – ${localTime(to, timeZone)}`;
