import { containsInstant, minuteMs, subtractIntervals } from '../calendar.ts';
import type { Instant, Interval } from '../calendar.ts';
import { longestShiftMinutesMax, productTerms } from '../products/catalogue.ts';
import type { ProductRef, ProductTerms } from '../products/product-terms.ts';
import type { Contradiction, CoverTerms, DecidedFact, FoldedCover, Unavailability } from './cover-facts.ts';
import { foldCover } from './fold-cover.ts';
import { sortReasons } from './reasons.ts';
import type { Reason } from './reasons.ts';
import { pieceId, pieceKind } from './segments.ts';

export interface CoverVerdictInput {
  readonly at: Instant;
  /** Any covers of the person; those without a valid stored start do not hold (G1). */
  readonly covers: readonly CoverTerms[];
  /** The person's events around the instant, on every platform: `factWindow` of each cover. */
  readonly facts: readonly DecidedFact[];
  readonly unavailability: Unavailability;
  /** Only facts received by then count (G19). */
  readonly asKnownAt?: Instant;
  readonly termsOf?: (ref: ProductRef) => ProductTerms | undefined;
}

/** A cover that holds at the instant asked for. */
export interface VerdictCover {
  readonly coverId: string;
  readonly policyId: string;
  readonly productDay: string;
  readonly product: ProductRef;
  readonly policyRevision: number;
  /** The window that holds the instant. */
  readonly window: Interval;
  readonly windows: readonly Interval[];
  /** It holds only because of facts received after the instant: a claim goes to a person (G10). */
  readonly needsPerson: boolean;
}

/** Work between a late start's own time and its receipt, for which nobody was covered. */
export interface LateGap extends Interval {
  readonly shiftId: string;
}

export interface CoverVerdict {
  readonly at: Instant;
  readonly covered: boolean;
  readonly covers: readonly VerdictCover[];
  /** Ids of the events that decided it, sorted. */
  readonly decidedBy: readonly string[];
  /** Why not; or what is special about the cover that holds. By code. */
  readonly reasons: readonly Reason[];
  /** The instant lies in the uninsured part of a start reported late (G9): one of `gaps`. */
  readonly gap?: LateGap;
  /** Work reported late, as far as nothing protected it (G9); by time. */
  readonly gaps: readonly LateGap[];
  /** Some cover that holds needs a person before a claim is paid (G10). */
  readonly needsPerson: boolean;
  readonly contradictions: readonly Contradiction[];
}

/** Was the person covered at this instant, why, and by which events; from the same folds as windows and charges. */
export function coverVerdict(input: CoverVerdictInput): CoverVerdict {
  const { at, asKnownAt = Infinity } = input;
  const facts = asSet(input.facts.filter(({ receivedAt }) => receivedAt <= asKnownAt));
  const folded = foldAll(input, facts);
  const holding = folded.flatMap((cover) => {
    const window = cover.windows.find((each) => containsInstant(each, at));
    return window === undefined ? [] : [{ cover, window }];
  });
  const contradictions = [...folded.flatMap((cover) => cover.contradictions), ...othersShifts(facts)];
  const gaps = lateGaps(folded);
  if (holding.length === 0) {
    const why = whyNot(at, folded, facts, gaps);
    return { at, covered: false, covers: [], needsPerson: false, contradictions, gaps, ...why };
  }
  const then = foldAll(
    input,
    facts.filter(({ receivedAt }) => receivedAt <= at),
  );
  const covers = holding.map(({ cover, window }) => verdictCover(cover, window, !holds(then, cover, at)));
  const decidedBy = [...new Set(holding.flatMap(({ cover }) => decidingEvents(cover, at)))].sort();
  const starts = new Set(decidedBy);
  return {
    at,
    covered: true,
    covers,
    decidedBy,
    reasons: sortReasons(
      facts.filter(({ eventId }) => starts.has(eventId)).flatMap(({ decision }) => decision.reasons),
    ),
    needsPerson: covers.some(({ needsPerson }) => needsPerson),
    contradictions,
    gaps,
  };
}

/**
 * What late starts lost: from the time they told to where protection on their account began, without what other work, or
 * another cover, protected anyway. Work known to have ended has its gap end there.
 */
export function lateGaps(folded: readonly FoldedCover[]): LateGap[] {
  const protectedTimes = folded.flatMap(({ windows }) => windows);
  return folded
    .flatMap(({ shifts }) => shifts)
    .filter(({ startedAt, effectiveAt }) => startedAt < effectiveAt)
    .flatMap(({ shiftId, startedAt, effectiveAt, endedAt }) => {
      const lost = { from: startedAt, to: Math.min(effectiveAt, endedAt) };
      return subtractIntervals([lost], protectedTimes).map((gap) => ({ ...gap, shiftId }));
    })
    .sort((a, b) => a.from - b.from || a.to - b.to || (a.shiftId < b.shiftId ? -1 : 1));
}

/** A set has no order and no repetitions: nothing of the answer may show how the list came. */
function asSet(facts: readonly DecidedFact[]): DecidedFact[] {
  const byId = new Map(facts.map((fact) => [fact.eventId, fact]));
  return [...byId.values()].sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
}

function foldAll(input: CoverVerdictInput, facts: readonly DecidedFact[]): FoldedCover[] {
  const { unavailability, termsOf = productTerms, at, asKnownAt } = input;
  const sorted = [...input.covers].sort((a, b) => (a.coverId < b.coverId ? -1 : 1));
  return sorted.map((cover) => foldCover({ cover, facts, unavailability, termsOf, asOf: asKnownAt ?? at }));
}

function verdictCover({ terms, windows }: FoldedCover, window: Interval, needsPerson: boolean): VerdictCover {
  const { coverId, policyId, productDay, product, policyRevision } = terms;
  return { coverId, policyId, productDay, product, policyRevision, window, windows, needsPerson };
}

function holds(folded: readonly FoldedCover[], cover: FoldedCover, at: Instant): boolean {
  const same = folded.find(({ terms }) => terms.coverId === cover.terms.coverId);
  return same?.windows.some((window) => containsInstant(window, at)) ?? false;
}

/** The events of the shifts on whose account the instant is protected. */
function decidingEvents(cover: FoldedCover, at: Instant): readonly string[] {
  const shifts = cover.shifts.filter(({ effectiveAt, protectedUntil }) => effectiveAt <= at && at < protectedUntil);
  // Protection given before later reports moved the shift (G11) is no shift's own any more: all of them decided it.
  return (shifts.length > 0 ? shifts : cover.shifts).flatMap(({ eventIds }) => eventIds);
}

type WhyNot = Pick<CoverVerdict, 'decidedBy' | 'reasons' | 'gap'>;

function whyNot(
  at: Instant,
  folded: readonly FoldedCover[],
  facts: readonly DecidedFact[],
  gaps: readonly LateGap[],
): WhyNot {
  const shifts = folded.flatMap((cover) => cover.shifts);
  const gap = gaps.find((each) => containsInstant(each, at));
  const late = shifts.find(
    ({ shiftId, startedAt, effectiveAt }) => gap?.shiftId === shiftId && startedAt <= at && at < effectiveAt,
  );
  const refusals = facts.filter((fact) => fact.decision.outcome === 'not_covered' && wasAtWork(fact, at, facts));
  const reasons = refusals.flatMap(({ decision }) => decision.reasons);
  const decidedBy = refusals.map(({ eventId }) => eventId);
  if (late !== undefined && gap !== undefined) {
    return {
      decidedBy: [...new Set([...late.eventIds, ...decidedBy])].sort(),
      reasons: sortReasons(['late_from_receipt', ...reasons]),
      gap,
    };
  }
  if (refusals.length > 0) return { decidedBy: [...decidedBy].sort(), reasons: sortReasons(reasons) };
  const around = shifts.flatMap(({ eventIds }) => eventIds);
  return {
    decidedBy: [...new Set(around)].sort(),
    reasons: [shifts.length > 0 ? 'outside_window' : 'no_work_reported'],
  };
}

/** Whether the work that a refused start reported was going on at the instant: to its first end, or the longest shift. */
function wasAtWork(start: DecidedFact, at: Instant, facts: readonly DecidedFact[]): boolean {
  if (at < start.occurredAt) return false;
  const unit = start.type === 'order.accepted' ? 'order' : 'shift';
  const ends = facts.filter(
    (fact) =>
      fact.platformId === start.platformId &&
      fact.workerId === start.workerId &&
      fact.occurredAt >= start.occurredAt &&
      (pieceKind(fact, unit) === 'end' || pieceKind(fact, unit) === 'cancel') &&
      pieceId(fact, unit) === pieceId(start, unit),
  );
  return at < Math.min(start.occurredAt + longestShiftMinutesMax * minuteMs, ...ends.map((end) => end.occurredAt));
}

/** One shift, two workers: the first received has it (G12); told from the answer that the other start was given. */
function othersShifts(facts: readonly DecidedFact[]): Contradiction[] {
  return facts
    .filter(({ decision }) => decision.reasons.includes('shift_of_other_worker'))
    .map(({ shiftId, eventId }) => ({ code: 'shift_of_other_worker', shiftId, eventIds: [eventId] }));
}
