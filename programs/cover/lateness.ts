import { minuteMs } from '../calendar.ts';
import type { Instant } from '../calendar.ts';
import type { ProductTerms } from '../products/product-terms.ts';
import type { ShiftFact, Unavailability } from './cover-facts.ts';

/** When protection on account of a start begins, and why (G9). */
export interface StartTiming {
  readonly effectiveAt: Instant;
  /** Received later than the grace, our own unavailability not counted. */
  readonly late: boolean;
  /** It would have been late, had we been available. */
  readonly excused: boolean;
}

/** Late starts insure from receipt, unless the policy allows declared back-filling (G9). */
export function timeStart(
  fact: Pick<ShiftFact, 'occurredAt' | 'receivedAt'>,
  terms: ProductTerms,
  backFilling: boolean,
  unavailability: Unavailability,
): StartTiming {
  const late = !withinGrace(fact.occurredAt, fact.receivedAt, terms, unavailability);
  const excused = !late && fact.receivedAt - fact.occurredAt > terms.graceMinutes * minuteMs;
  return { effectiveAt: late && !backFilling ? fact.receivedAt : fact.occurredAt, late, excused };
}

/** Whether a report arrived within the product's grace of what it tells; exactly the grace is in time. */
export function withinGrace(
  occurredAt: Instant,
  receivedAt: Instant,
  terms: ProductTerms,
  unavailability: Unavailability,
): boolean {
  const graceMs = terms.graceMinutes * minuteMs;
  if (receivedAt - occurredAt <= graceMs) return true;
  return receivedAt - occurredAt - unavailableMs(occurredAt, receivedAt, unavailability) <= graceMs;
}

/** Recorded intervals may overlap each other; each instant counts once. */
function unavailableMs(from: Instant, to: Instant, unavailability: Unavailability): number {
  if (unavailability.length === 0) return 0;
  let counted = 0;
  let reached = from;
  const between = unavailability.filter((interval) => interval.from < to && interval.to > from);
  for (const interval of between.sort((a, b) => a.from - b.from)) {
    const start = Math.max(interval.from, reached);
    const end = Math.min(interval.to, to);
    if (end <= start) continue;
    counted += end - start;
    reached = end;
  }
  return counted;
}
