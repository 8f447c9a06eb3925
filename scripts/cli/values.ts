import { InvalidArgumentError } from 'commander';
import { isDay, parseInstant, type Instant } from '../../programs/calendar.ts';

/** An option's instant; an offset is required. */
export function instantValue(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined)
    throw new InvalidArgumentError('It must be an instant with offset, like 2026-01-31T08:00:00+08:00.');
  return at;
}

/** An option's calendar day, `YYYY-MM-DD`. */
export function dayValue(text: string): string {
  if (!isDay(text)) throw new InvalidArgumentError('It must be a day of the calendar, like 2026-01-31.');
  return text;
}

/** An option's calendar month, `YYYY-MM`. */
export function monthValue(text: string): string {
  if (!isDay(`${text}-01`)) throw new InvalidArgumentError('It must be a month of the calendar, like 2026-03.');
  return text;
}

/** An option's positive whole number. */
export function countValue(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count === 0)
    throw new InvalidArgumentError('It must be a whole number above 0.');
  return count;
}

/** For options that may be given several times: `--source a --source b`. */
export function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}
