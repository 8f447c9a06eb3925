import { containsInstant, minuteMs, overlapInterval, productDayInterval, unionIntervals } from '../calendar.ts';
import type { Instant, Interval } from '../calendar.ts';
import type { ProductTerms } from '../products/product-terms.ts';
import type {
  Contradiction,
  ContradictionCode,
  CoverTerms,
  DecidedFact,
  FoldedShift,
  Unavailability,
} from './cover-facts.ts';
import { timeStart } from './lateness.ts';
import { cutSegments, isAcceptedStart, pieceId, pieceKind, settleSegment } from './segments.ts';
import type { PieceEvent, Segment, Segments, SettledSegment } from './segments.ts';

export interface ShiftFoldRules {
  readonly cover: CoverTerms;
  readonly terms: ProductTerms;
  readonly unavailability: Unavailability;
  /** Shifts without an end are reported as clipped when their clip lies at or before this; left out: none are. */
  readonly asOf?: Instant;
}

export interface FoldedShifts {
  /** By effective start. */
  readonly shifts: readonly FoldedShift[];
  /** Protection on account of all of them, disjoint and ascending. */
  readonly windows: readonly Interval[];
  readonly contradictions: readonly Contradiction[];
}

/**
 * The shifts (orders, for products that count them) of one cover, as a pure fold of the set of its worker's facts: the
 * order of the list and repetitions change nothing, each fact's `receivedAt` does (G12). Facts of other workers, shifts
 * and covers do no harm.
 *
 * Protection is built receipt by receipt: what was protected before a receipt stays protected, and what a receipt adds
 * begins at the receipt, or at the time of a start it brought that insures from its own time (in grace, excused or
 * back-filled). So nothing received later takes away what was given (G11), and nothing reaches back (G9).
 */
export function foldShifts(facts: readonly DecidedFact[], rules: ShiftFoldRules): FoldedShifts {
  const { cover, terms } = rules;
  const dayRule = { timeZone: cover.timeZone, boundary: terms.dayBoundary };
  const dayEndsAt = productDayInterval(cover.productDay, dayRule).to;
  const shifts: FoldedShift[] = [];
  const windows: Interval[] = [];
  const contradictions: Contradiction[] = [];
  for (const events of piecesOf(facts, rules).values()) {
    if (!events.some(({ mine }) => mine)) continue;
    const { protection, settled, cut } = foldPiece(events, rules, dayEndsAt);
    windows.push(...protection);
    settled.forEach((each, index) => {
      const segment = cut.segments[index];
      if (segment === undefined) return;
      shifts.push(foldedShift(segment, each, protection, rules));
      contradictions.push(...contradictionsOf(segment, each, rules));
    });
    contradictions.push(
      ...contradiction('end_before_start', cut.before),
      ...contradiction('end_without_start', cut.beyond),
    );
  }
  shifts.sort((a, b) => a.effectiveAt - b.effectiveAt || compareText(a.eventIds[0], b.eventIds[0]));
  contradictions.sort((a, b) => compareText(a.code, b.code) || compareText(a.eventIds[0], b.eventIds[0]));
  return { shifts, windows: unionIntervals(windows), contradictions };
}

/**
 * Whether the windows of `foldShifts` hold the instant: the same answer (a property test holds it to that) without building
 * them, since it is asked for every start. Of the receipts by then only the last counts: what holds from a receipt on is
 * what it knew. Of later ones, those that brought a start which insures from the instant or before.
 */
export function protectsAt(facts: readonly DecidedFact[], rules: ShiftFoldRules, at: Instant): boolean {
  const { cover, terms, unavailability } = rules;
  const dayRule = { timeZone: cover.timeZone, boundary: terms.dayBoundary };
  const dayEndsAt = productDayInterval(cover.productDay, dayRule).to;
  for (const events of piecesOf(facts, rules).values()) {
    let last = -Infinity;
    const receipts = new Set<Instant>();
    for (const { mine, fact, effectiveAt } of events) {
      if (fact.receivedAt <= at) last = Math.max(last, fact.receivedAt);
      else if (mine && effectiveAt <= at) receipts.add(fact.receivedAt);
    }
    if (!events.some(({ mine }) => mine)) continue;
    for (const receivedAt of [last, ...[...receipts].sort((a, b) => a - b)]) {
      const known = events.filter(({ fact }) => fact.receivedAt <= receivedAt);
      const { segments } = cutSegments(known, terms, unavailability);
      const settled = segments.map((segment) => settleSegment(segment, terms, unavailability));
      if (settled.some((each) => containsInstant(plainWindow(each, terms, dayEndsAt), at))) return true;
    }
  }
  return false;
}

/** The events of the cover's worker by piece of work; the same stored event counts once. */
function piecesOf(facts: readonly DecidedFact[], rules: ShiftFoldRules): Map<string, PieceEvent[]> {
  const { cover, terms, unavailability } = rules;
  const pieces = new Map<string, PieceEvent[]>();
  const seen = new Set<string>();
  for (const fact of facts) {
    if (fact.workerId !== cover.workerId || seen.has(fact.eventId)) continue;
    seen.add(fact.eventId);
    const kind = pieceKind(fact, terms.unitOfWork);
    if (kind === undefined || (kind === 'start' && !isAcceptedStart(fact))) continue;
    const mine = kind === 'start' && fact.decision.cover?.coverId === cover.coverId;
    const timing = timeStart(fact, terms, cover.backFilling, unavailability);
    // Unavailability recorded after the answer may excuse a start; what the answer promised stands either way.
    const effectiveAt = Math.min(timing.effectiveAt, fact.decision.cover?.effectiveAt ?? timing.effectiveAt);
    // Our own platform ids hold no line feed, so the two parts cannot run into each other.
    const key = `${fact.platformId}\n${pieceId(fact, terms.unitOfWork)}`;
    const piece = pieces.get(key);
    if (piece === undefined) pieces.set(key, [{ kind, fact, effectiveAt, mine }]);
    else piece.push({ kind, fact, effectiveAt, mine });
  }
  return pieces;
}

interface FoldedPiece {
  readonly protection: readonly Interval[];
  readonly cut: Segments;
  /** Of each segment of `cut`. */
  readonly settled: readonly SettledSegment[];
}

function foldPiece(events: readonly PieceEvent[], rules: ShiftFoldRules, dayEndsAt: Instant): FoldedPiece {
  const { terms, unavailability } = rules;
  const receipts = [...new Set(events.map(({ fact }) => fact.receivedAt))].sort((a, b) => a - b);
  let piece: FoldedPiece = { protection: [], cut: { segments: [], before: [], beyond: [] }, settled: [] };
  for (const receivedAt of receipts) {
    const known = events.filter(({ fact }) => fact.receivedAt <= receivedAt);
    const cut = cutSegments(known, terms, unavailability);
    const settled = cut.segments.map((segment) => settleSegment(segment, terms, unavailability));
    let addsFrom = receivedAt;
    for (const { mine, fact, effectiveAt } of known) {
      if (mine && fact.receivedAt === receivedAt) addsFrom = Math.min(addsFrom, effectiveAt);
    }
    const past = clip(piece.protection, { from: -Infinity, to: receivedAt });
    const present = clip(
      settled.map((each) => plainWindow(each, terms, dayEndsAt)),
      { from: addsFrom, to: Infinity },
    );
    piece = { protection: unionIntervals([...past, ...present]), cut, settled };
  }
  return piece;
}

/** What would hold if all that is known now had been known from the beginning. */
function plainWindow({ start, endAt, voidAt }: SettledSegment, terms: ProductTerms, dayEndsAt: Instant): Interval {
  if (voidAt !== undefined) return { from: start.effectiveAt, to: voidAt };
  const tailEndsAt = endAt + terms.window.tailMinutes * minuteMs;
  return {
    from: start.effectiveAt,
    to: terms.window.kind === 'whole_day' ? Math.max(dayEndsAt, tailEndsAt) : tailEndsAt,
  };
}

function foldedShift(
  segment: Segment,
  settled: SettledSegment,
  protection: readonly Interval[],
  { cover }: ShiftFoldRules,
): FoldedShift {
  const { start, endAt, end, voidAt } = settled;
  const { effectiveAt, fact } = start;
  const window = protection.find(({ from, to }) => from <= effectiveAt && effectiveAt < to);
  return {
    shiftId: fact.shiftId,
    ...(fact.orderId === undefined ? {} : { orderId: fact.orderId }),
    productDay: cover.productDay,
    startedAt: fact.occurredAt,
    effectiveAt,
    endedAt: endAt,
    protectedUntil: window?.to ?? effectiveAt,
    end,
    charged: voidAt === undefined,
    eventIds: idsOf([...segment.starts, ...segment.ends, ...segment.cancels]),
  };
}

function contradictionsOf(segment: Segment, settled: SettledSegment, { asOf }: ShiftFoldRules): Contradiction[] {
  const clipped = settled.end === 'clipped' && asOf !== undefined && settled.clipAt <= asOf;
  return [
    ...(segment.starts.length > 1 ? contradiction('several_starts', segment.starts) : []),
    ...(segment.ends.length > 1 ? contradiction('several_ends', segment.ends) : []),
    ...(settled.voidAt === undefined ? contradiction('cancelled_after_grace', segment.cancels) : []),
    ...(clipped ? contradiction('clipped_at_longest_shift', segment.starts) : []),
  ];
}

function contradiction(code: ContradictionCode, events: readonly PieceEvent[]): Contradiction[] {
  const [first] = events;
  return first === undefined ? [] : [{ code, shiftId: first.fact.shiftId, eventIds: idsOf(events) }];
}

function idsOf(events: readonly PieceEvent[]): string[] {
  return events.map(({ fact }) => fact.eventId).sort(compareText);
}

function clip(intervals: readonly Interval[], to: Interval): Interval[] {
  return intervals.flatMap((interval) => overlapInterval(interval, to) ?? []);
}

/** By code unit: the same on every machine, unlike a locale's order. */
function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
