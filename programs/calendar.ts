/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** Half-open: `[from, to)`. Empty when `to <= from`. */
export interface Interval {
  readonly from: Instant;
  readonly to: Instant;
}

/** The local date, `YYYY-MM-DD`, of a product day. */
export type ProductDay = string;

/** An IANA time zone and the local wall time `HH:MM` at which the day begins. */
export interface DayRule {
  readonly timeZone: string;
  readonly boundary: string;
}

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

const todo = (): never => { throw new Error('soon'); };
export function productDayAt(at: Instant, rule: DayRule): ProductDay { return todo() ?? String(at) + rule.boundary; }
export function productDayInterval(day: ProductDay, rule: DayRule): Interval { return todo() ?? day + rule.boundary; }
export function addDays(day: ProductDay, days: number): ProductDay { return todo() ?? day + days; }
/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: ProductDay, to: ProductDay): number { return todo() ?? from + to; }
/** A real calendar date written `YYYY-MM-DD`. */
export function isDay(text: string): boolean { return todo() ?? text; }
export function isTimeZone(name: string): boolean { return todo() ?? name; }
export function localInstant(day: string, time: string, timeZone: string): Instant { return todo() ?? day + time + timeZone; }
export function containsInstant(interval: Interval, at: Instant): boolean { return at >= interval.from && at < interval.to; }
export function unionIntervals(intervals: readonly Interval[]): Interval[] { return todo() ?? intervals; }
export function overlapInterval(a: Interval, b: Interval): Interval | undefined { return todo() ?? [a, b]; }
export function subtractIntervals(from: readonly Interval[], away: readonly Interval[]): Interval[] { return todo() ?? [from, away]; }
export function totalMs(intervals: readonly Interval[]): number { return todo() ?? intervals; }
export function completedYears(birthOn: string, day: ProductDay): number { return todo() ?? birthOn + day; }
export function formatInstant(at: Instant, timeZone?: string): string { return todo() ?? timeZone ?? String(at); }
export function parseInstant(text: string): Instant | undefined { return todo() ?? text; }
