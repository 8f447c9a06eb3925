import type { Instant, Interval } from '../../programs/calendar.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * `2026-03-01 18:00` in the zone, for sentences and papers; seconds only where there are any. A verdict says it a dozen
 * times, so the formatter of a zone is made once.
 */
export function localTime(at: Instant, timeZone: string): string {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = value;
  const minute = `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
  return parts.second === '00' ? minute : `${minute}:${parts.second}`;
}

export const localSpan = ({ from, to }: Interval, timeZone: string): string =>
  `${localTime(from, timeZone)} – ${localTime(to, timeZone)}`;

/** Bounded by the zones there are: policies are refused with any other. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}
