import { daysBetween } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { DayRange } from './load-covers.ts';

/** Days that one question may span: a quarter. */
export const RANGE_DAYS_MAX = 92;

/** Throws `range_invalid` for a range that ends before it begins or is longer than a quarter; both days inclusive. */
export function assertDayRange({ from, to }: DayRange): void {
  const days = daysBetween(from, to) + 1;
  if (days >= 1 && days <= RANGE_DAYS_MAX) return;
  const message =
    days < 1
      ? 'The range ends before it begins.'
      : `The range spans ${days} days; ask for at most ${RANGE_DAYS_MAX} at once.`;
  throw new Refusal('invalid', 'range_invalid', message, {
    details: [
      { pointer: '/to', code: 'range_invalid', message: `must be from 0 to ${RANGE_DAYS_MAX - 1} days after from` },
    ],
  });
}
