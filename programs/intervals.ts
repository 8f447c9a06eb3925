import type { Instant, Interval } from './calendar.ts';

/** `from` belongs to the interval, `to` does not. */
export function containsInstant(interval: Interval, at: Instant): boolean {
  return at >= interval.from && at < interval.to;
}

/** The same instants as disjoint intervals, ascending; those that touch are joined, empty ones dropped. */
export function unionIntervals(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
  const union: Interval[] = [];
  for (const next of sorted) {
    const last = union.at(-1);
    if (last === undefined || next.from > last.to) union.push(next);
    else if (next.to > last.to) union[union.length - 1] = { from: last.from, to: next.to };
  }
  return union;
}

/** What both share; `undefined` when nothing. */
export function overlapInterval(a: Interval, b: Interval): Interval | undefined {
  const from = Math.max(a.from, b.from);
  const to = Math.min(a.to, b.to);
  return from < to ? { from, to } : undefined;
}

/** The instants of `from` that are in none of `away`: disjoint, ascending. */
export function subtractIntervals(from: readonly Interval[], away: readonly Interval[]): Interval[] {
  const holes = unionIntervals(away);
  const left: Interval[] = [];
  for (const whole of unionIntervals(from)) {
    let start = whole.from;
    for (const hole of holes) {
      if (hole.to <= start) continue;
      if (hole.from >= whole.to) break;
      if (hole.from > start) left.push({ from: start, to: hole.from });
      start = hole.to;
    }
    if (start < whole.to) left.push({ from: start, to: whole.to });
  }
  return left;
}

/** Milliseconds that the intervals hold together, counting every instant once. */
export function totalMs(intervals: readonly Interval[]): number {
  return unionIntervals(intervals).reduce((sum, { from, to }) => sum + to - from, 0);
}
