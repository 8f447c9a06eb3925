import type { ProductDay } from './calendar.ts';

/** The local date `days` later, or earlier when negative. */
export function addDays(day: ProductDay, days: number): ProductDay {
  return dayText(dayIndex(day) + days);
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: ProductDay, to: ProductDay): number {
  return dayIndex(to) - dayIndex(from);
}

/** A real calendar date written `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const day = Number(text.slice(8));
  return day >= 1 && day <= daysInMonth(Number(text.slice(0, 4)), Number(text.slice(5, 7)));
}

/**
 * Years completed on that day. Whoever was born on 29 February completes a year on 1 March of a common year.
 */
export function completedYears(birthOn: string, day: ProductDay): number {
  const years = Number(day.slice(0, 4)) - Number(birthOn.slice(0, 4));
  return day.slice(5) < birthOn.slice(5) ? years - 1 : years;
}

/** Days since 1970-01-01; throws on what is not a calendar date. */
export function dayIndex(day: ProductDay): number {
  if (!isDay(day)) throw new RangeError(`${day} is not a calendar date written YYYY-MM-DD`);
  return daysSinceEpoch(Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8)));
}

/** The date so many days after 1970-01-01. */
export function dayText(index: number): ProductDay {
  return new Date(index * 86_400_000).toISOString().slice(0, 10);
}

/** Days since 1970-01-01 of a date of the (proleptic) Gregorian calendar, years 0 to 9999. */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  // Date.UTC reads years 0 to 99 as 1900 to 1999; 400 years later the calendar is the same.
  return Date.UTC(year + 400, month - 1, day) / 86_400_000 - 146_097;
}

/** 0 for a month that does not exist, so that no day fits it. */
export function daysInMonth(year: number, month: number): number {
  if (!(month >= 1 && month <= 12)) return 0;
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
