import { minuteMs } from '../calendar.ts';
import type { Instant } from '../calendar.ts';
import type { ProductTerms } from '../products/product-terms.ts';
import type { DecidedFact, ShiftFact, Unavailability } from './cover-facts.ts';
import { withinGrace } from './lateness.ts';

type PieceKind = 'start' | 'end' | 'cancel';

/** What the event is to a product that counts shifts, or orders; `undefined` when such a product does not use it. */
export function pieceKind(fact: ShiftFact, unit: ProductTerms['unitOfWork']): PieceKind | undefined {
  switch (fact.type) {
    case 'shift.started':
      return unit === 'shift' ? 'start' : undefined;
    case 'shift.ended':
      return unit === 'shift' ? 'end' : undefined;
    case 'order.accepted':
      return unit === 'order' ? 'start' : undefined;
    case 'order.completed':
      return unit === 'order' ? 'end' : undefined;
    case 'shift.cancelled':
      // An order is cancelled by naming it: a cancelled shift says nothing about the orders carried in it.
      return unit === 'shift' || fact.orderId !== undefined ? 'cancel' : undefined;
  }
}

/** The piece of work an event speaks of: its shift, or its order. Within one platform and worker. */
export function pieceId(fact: ShiftFact, unit: ProductTerms['unitOfWork']): string {
  return unit === 'order' ? (fact.orderId ?? fact.shiftId) : fact.shiftId;
}

/** A stored start that was accepted: only these open windows. */
export function isAcceptedStart(fact: DecidedFact): boolean {
  const { outcome, cover } = fact.decision;
  if (cover === undefined) return false;
  return outcome === 'covered' || outcome === 'already_covered' || outcome === 'extended';
}

/** One event of a piece of work, as seen from one cover. */
export interface PieceEvent {
  readonly kind: PieceKind;
  readonly fact: ShiftFact;
  /** Of starts: protection because of it begins here. */
  readonly effectiveAt: Instant;
  /** Of starts: it names the cover that is looked at. Ends and cancellations name none. */
  readonly mine: boolean;
}

/** One stretch of work: usually the whole shift; more when it was taken up again after an end, or the id was used again. */
export interface Segment {
  /** `occurredAt` of the earliest start: the longest shift is counted from here when events are attached (G13). */
  readonly anchorAt: Instant;
  readonly starts: PieceEvent[];
  readonly ends: PieceEvent[];
  readonly cancels: PieceEvent[];
}

export interface Segments {
  readonly segments: readonly Segment[];
  /** Ends and cancellations that belong to none of them (G12): before the first start, or beyond the longest shift. */
  readonly before: readonly PieceEvent[];
  readonly beyond: readonly PieceEvent[];
}

/**
 * Cuts the events of one piece of work into stretches, walking them by the time they happened.
 * - A start while a stretch is open is another report of the same start (G12: several starts).
 * - A start after an end takes the work up again; one beyond the longest shift is a new shift under an old id (G13).
 * - Once another cover's start took the work up, what follows belongs to that one.
 */
export function cutSegments(
  events: readonly PieceEvent[],
  terms: ProductTerms,
  unavailability: Unavailability,
): Segments {
  const longestMs = terms.longestShiftMinutes * minuteMs;
  const graceMs = terms.graceMinutes * minuteMs;
  const segments: Segment[] = [];
  const before: PieceEvent[] = [];
  const beyond: PieceEvent[] = [];
  /** Cancellations that the next start may claim, as told shortly before it; else they go to `home`. */
  let early: { event: PieceEvent; home: PieceEvent[] }[] = [];
  let current: Segment | undefined;
  let othersTurn = false;

  const start = (event: PieceEvent) => {
    const at = event.fact.occurredAt;
    const open = current !== undefined && !othersTurn && !isClosed(current) && at <= current.anchorAt + longestMs;
    if (!event.mine) {
      othersTurn ||= !open;
    } else if (open) {
      current?.starts.push(event);
    } else {
      const cancels: PieceEvent[] = [];
      for (const { event: cancel, home } of early)
        (at - cancel.fact.occurredAt <= graceMs ? cancels : home).push(cancel);
      early = [];
      current = { anchorAt: at, starts: [event], ends: [], cancels };
      segments.push(current);
      othersTurn = false;
    }
  };
  const close = (event: PieceEvent) => {
    if (othersTurn) return;
    const known = current !== undefined && event.fact.occurredAt <= current.anchorAt + longestMs ? current : undefined;
    const nowhere = current === undefined ? before : beyond;
    if (event.kind === 'end') (known?.ends ?? nowhere).push(event);
    else if (known && (known.ends.length === 0 || isVoiding(event, known, terms, unavailability)))
      known.cancels.push(event);
    else early.push({ event, home: known?.cancels ?? nowhere });
  };

  const sorted = [...events].sort(byOccurrence);
  for (let index = 0; index < sorted.length;) {
    const at = sorted[index]?.fact.occurredAt;
    let next = index;
    while (sorted[next]?.fact.occurredAt === at) next += 1;
    const together = sorted.slice(index, next);
    const starts = together.filter(({ kind }) => kind === 'start');
    const closers = together.filter(({ kind }) => kind !== 'start');
    // At one instant: what runs ends before the next begins, but nothing ends before it began.
    if (current !== undefined && !othersTurn && !isClosed(current)) {
      closers.forEach(close);
      starts.forEach(start);
    } else {
      starts.forEach(start);
      closers.forEach(close);
    }
    index = next;
  }
  for (const { event, home } of early) home.push(event);
  return { segments, before, beyond };
}

/** What the events of a stretch come to, by the precedence of G12. */
export interface SettledSegment {
  /** The earliest effective start. */
  readonly start: PieceEvent;
  /** Without an end the work counts as ended here (G14). */
  readonly clipAt: Instant;
  readonly endAt: Instant;
  readonly end: 'reported' | 'cancelled' | 'clipped';
  /** Receipt of a cancellation that came within grace: no charge, and no protection from here on (G11). */
  readonly voidAt?: Instant;
}

/** Pure function of the set: ties are broken by the event id. */
export function settleSegment(segment: Segment, terms: ProductTerms, unavailability: Unavailability): SettledSegment {
  const start = earliestEffective(segment.starts);
  const clipAt = start.fact.occurredAt + terms.longestShiftMinutes * minuteMs;
  const voiding = segment.cancels.filter((cancel) => isVoiding(cancel, segment, terms, unavailability));
  if (voiding.length > 0) {
    const voidAt = Math.min(...voiding.map(({ fact }) => fact.receivedAt));
    return {
      start,
      clipAt,
      endAt: Math.min(Math.max(voidAt, start.fact.occurredAt), clipAt),
      end: 'cancelled',
      voidAt,
    };
  }
  const reported = decisiveEnd(segment.ends, terms, unavailability);
  if (reported !== undefined) {
    return { start, clipAt, endAt: Math.min(reported.fact.occurredAt, clipAt), end: 'reported' };
  }
  if (segment.cancels.length > 0) {
    const receivedAt = Math.min(...segment.cancels.map(({ fact }) => fact.receivedAt));
    return { start, clipAt, endAt: Math.min(receivedAt, clipAt), end: 'cancelled' };
  }
  return { start, clipAt, endAt: clipAt, end: 'clipped' };
}

/** Several ends: the latest received within grace, else the first received; together received, the later end (G12). */
function decisiveEnd(
  ends: readonly PieceEvent[],
  terms: ProductTerms,
  unavailability: Unavailability,
): PieceEvent | undefined {
  let latestTimely: PieceEvent | undefined;
  let firstLate: PieceEvent | undefined;
  for (const end of ends) {
    const timely = withinGrace(end.fact.occurredAt, end.fact.receivedAt, terms, unavailability);
    if (timely && (latestTimely === undefined || byReceipt(end, latestTimely) > 0)) latestTimely = end;
    const sooner = firstLate === undefined || end.fact.receivedAt < firstLate.fact.receivedAt;
    const together = firstLate?.fact.receivedAt === end.fact.receivedAt && byReceipt(end, firstLate) > 0;
    if (!timely && (sooner || together)) firstLate = end;
  }
  return latestTimely ?? firstLate;
}

/** G11: within grace of the start's time. */
function isVoiding(cancel: PieceEvent, segment: Segment, terms: ProductTerms, unavailability: Unavailability): boolean {
  const startedAt = earliestEffective(segment.starts).fact.occurredAt;
  return withinGrace(startedAt, cancel.fact.receivedAt, terms, unavailability);
}

function isClosed(segment: Segment): boolean {
  return segment.ends.length > 0 || segment.cancels.length > 0;
}

function earliestEffective(starts: readonly PieceEvent[]): PieceEvent {
  const [first, ...rest] = starts;
  if (first === undefined) throw new Error('a stretch of work has a start');
  return rest.reduce((best, next) => (byEffect(next, best) < 0 ? next : best), first);
}

function byEffect(a: PieceEvent, b: PieceEvent): number {
  return a.effectiveAt - b.effectiveAt || byOccurrence(a, b);
}

function byOccurrence(a: PieceEvent, b: PieceEvent): number {
  return a.fact.occurredAt - b.fact.occurredAt || a.fact.receivedAt - b.fact.receivedAt || byId(a, b);
}

function byReceipt(a: PieceEvent, b: PieceEvent): number {
  return a.fact.receivedAt - b.fact.receivedAt || a.fact.occurredAt - b.fact.occurredAt || byId(a, b);
}

function byId(a: PieceEvent, b: PieceEvent): number {
  return a.fact.eventId < b.fact.eventId ? -1 : a.fact.eventId > b.fact.eventId ? 1 : 0;
}
