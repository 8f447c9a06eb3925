import { Temporal } from 'temporal-polyfill';
import { dayIndex, dayText } from './gregorian.ts';

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
/** Of a day without clock changes: for estimates and UTC dates, never for product days. */
export const dayMs = 86_400_000;

/** Bounds of what is remembered: some 11 years of days for each rule, 500 rules. */
const daysKeptMax = 4096;
const rulesKeptMax = 500;

interface KnownDay extends Interval {
  readonly day: ProductDay;
  /** Days since 1970-01-01. */
  readonly index: number;
}

/** The days of one rule that were worked out, and the one asked for last: most questions concern today. */
interface RuleDays {
  readonly rule: DayRule;
  readonly byIndex: Map<number, KnownDay>;
  last: KnownDay | undefined;
}

/** A memory, not a state: dropping it at any time changes nothing but speed. */
const daysByZone = new Map<string, Map<string, RuleDays>>();
let rulesKept = 0;

/**
 * The product day whose interval holds the instant (G7). Attribution is by instant, never by subtracting wall clocks.
 * Remembered days answer in well under a microsecond.
 */
export function productDayAt(at: Instant, rule: DayRule): ProductDay {
  const days = daysOf(rule);
  let found = days.last;
  if (found === undefined || at < found.from || at >= found.to) {
    found = knownDay(days, found ? found.index + Math.floor((at - found.from) / dayMs) : Math.floor(at / dayMs));
    while (at < found.from) found = knownDay(days, found.index - 1);
    while (at >= found.to) found = knownDay(days, found.index + 1);
    days.last = found;
  }
  return found.day;
}

/** `[boundary(day), boundary(day + 1))` (G7): 23 to 25 hours long where clocks change, empty for a date that a zone skipped. */
export function productDayInterval(day: ProductDay, rule: DayRule): Interval {
  const { from, to } = knownDay(daysOf(rule), dayIndex(day));
  return { from, to };
}

/** An IANA name that this runtime knows. Bare offsets (`+08:00`) are refused: they have no daylight saving to follow. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The instant of a local wall time, `HH:MM` or `HH:MM:SS`. Where clocks go back and the time comes twice, the first;
 * where they go forward and it never comes, the first instant after the gap (G7).
 */
export function localInstant(day: string, time: string, timeZone: string): Instant {
  const wall = Temporal.PlainDateTime.from(`${day}T${time}`);
  const first = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (first.toPlainDateTime().equals(wall)) return first.epochMilliseconds;
  // In a gap "earlier" lies before it by the gap's length: the clock change is the next one from there.
  const change = first.getTimeZoneTransition('next');
  if (change === null) throw new RangeError(`${day} ${time} does not exist in ${timeZone}`);
  return change.epochMilliseconds;
}

/** ISO 8601 with milliseconds and an offset: `Z`, or that of the zone at the instant. */
export function formatInstant(at: Instant, timeZone?: string): string {
  if (timeZone === undefined) return new Date(at).toISOString();
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .toString({ timeZoneName: 'never', smallestUnit: 'millisecond' });
}

function daysOf(rule: DayRule): RuleDays {
  let byBoundary = daysByZone.get(rule.timeZone);
  if (byBoundary === undefined) {
    byBoundary = new Map();
    daysByZone.set(rule.timeZone, byBoundary);
  }
  let days = byBoundary.get(rule.boundary);
  if (days === undefined) {
    if (rulesKept >= rulesKeptMax) {
      daysByZone.clear();
      rulesKept = 0;
      byBoundary = new Map();
      daysByZone.set(rule.timeZone, byBoundary);
    }
    days = { rule: { timeZone: rule.timeZone, boundary: rule.boundary }, byIndex: new Map(), last: undefined };
    byBoundary.set(rule.boundary, days);
    rulesKept += 1;
  }
  return days;
}

function knownDay(days: RuleDays, index: number): KnownDay {
  let known = days.byIndex.get(index);
  if (known === undefined) {
    const { boundary, timeZone } = days.rule;
    const from = days.byIndex.get(index - 1)?.to ?? localInstant(dayText(index), boundary, timeZone);
    const to = days.byIndex.get(index + 1)?.from ?? localInstant(dayText(index + 1), boundary, timeZone);
    known = { day: dayText(index), index, from, to };
    if (days.byIndex.size >= daysKeptMax) days.byIndex.clear();
    days.byIndex.set(index, known);
  }
  return known;
}

export { addDays, completedYears, daysBetween, isDay } from './gregorian.ts';
export { parseInstant } from './parse-instant.ts';
export { containsInstant, overlapInterval, subtractIntervals, totalMs, unionIntervals } from './intervals.ts';
