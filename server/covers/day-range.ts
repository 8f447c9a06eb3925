import { daysBetween } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { DayRange } from './load-covers.ts';

/** Days that one question may span: a quarter. */
export const RANGE_DAYS_MAX = 92;

/** Beyond these years no interval can be written for a day and its neighbours. */
const DAY_MIN = '1000';
const DAY_END = '9999';

/** Throws `range_invalid` for days that are none of ours, for a range that ends before it begins or is longer than a quarter; both days inclusive. */
export function assertDayRange({ from, to }: DayRange): void {
  const days = daysBetween(from, to) + 1;
  const isKnown = from >= DAY_MIN && to < DAY_END;
  if (isKnown && days >= 1 && days <= RANGE_DAYS_MAX) return;
  const message = !isKnown
    ? `Product days lie in the years ${DAY_MIN} to 9998.`
    : days < 1
      ? 'The range ends before it begins.'
      : `The range spans ${days} days; ask for at most ${RANGE_DAYS_MAX} at once.`;
  throw new Refusal('invalid', 'range_invalid', message, {
    details: [
      { pointer: '/to', code: 'range_invalid', message: `must be from 0 to ${RANGE_DAYS_MAX - 1} days after from` },
    ],
  });
}
