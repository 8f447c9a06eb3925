import type { ProductRef, ProductTerms } from '../products/product-terms.ts';
import type { DecidedFact, ShiftFact, Unavailability } from './cover-facts.ts';
import { cutSegments, isAcceptedStart, pieceId, pieceKind, settleSegment } from './segments.ts';
import type { PieceEvent, Segment, SettledSegment } from './segments.ts';

export interface FindSegmentInput {
  readonly event: ShiftFact;
  readonly unavailability: Unavailability;
  readonly termsOf: (ref: ProductRef) => ProductTerms | undefined;
}

/** The stretch of work that an event joins, as the folds will see it once the event is stored. */
export interface FoundSegment {
  readonly settled: SettledSegment;
  readonly terms: ProductTerms;
  /** The stored start that opened it. */
  readonly opened: DecidedFact;
}

/** The stored events that speak of the same shift, or order. */
export function samePiece(
  event: ShiftFact,
  known: readonly DecidedFact[],
  unit: ProductTerms['unitOfWork'],
): DecidedFact[] {
  const id = pieceId(event, unit);
  return known.filter((fact) => pieceKind(fact, unit) !== undefined && pieceId(fact, unit) === id);
}

/** Looks among the covers of the same work; the one taken up last when several fit. `undefined` when the event joins none. */
export function findSegment(
  input: FindSegmentInput,
  known: readonly DecidedFact[],
  unit: ProductTerms['unitOfWork'],
): FoundSegment | undefined {
  const { event, termsOf, unavailability } = input;
  const piece = samePiece(event, known, unit);
  const starts = piece.filter(isAcceptedStart);
  const looked = new Set<string>();
  let found: FoundSegment | undefined;
  for (const start of starts) {
    const cover = start.decision.cover;
    const terms = cover && termsOf(cover.product);
    if (cover === undefined || terms?.unitOfWork !== unit || looked.has(cover.coverId)) continue;
    looked.add(cover.coverId);
    const segment = segmentJoined(event, event.occurredAt, piece, cover.coverId, terms, unavailability);
    const opener = segment?.starts.find(({ fact }) => fact.eventId !== event.eventId);
    const opened = opener && starts.find(({ eventId }) => eventId === opener.fact.eventId);
    if (segment === undefined || opened === undefined) continue;
    const last = found === undefined ? -Infinity : found.opened.occurredAt;
    if (opened.occurredAt > last || (opened.occurredAt === last && opened.eventId < (found?.opened.eventId ?? ''))) {
      found = { settled: settleSegment(segment, terms, unavailability), terms, opened };
    }
  }
  return found;
}

/**
 * The stretch that the event is part of when added to the stored events of its piece of work, seen from one cover.
 * `effectiveAt` is the event's, and of a start only.
 */
export function segmentJoined(
  event: ShiftFact,
  effectiveAt: number,
  piece: readonly DecidedFact[],
  coverId: string,
  terms: ProductTerms,
  unavailability: Unavailability,
): Segment | undefined {
  const kind = pieceKind(event, terms.unitOfWork);
  if (kind === undefined) return undefined;
  const added: PieceEvent = { kind, fact: event, effectiveAt, mine: kind === 'start' };
  const events: PieceEvent[] = [added];
  for (const fact of piece) {
    const stored = pieceKind(fact, terms.unitOfWork);
    if (stored === undefined || (stored === 'start' && !isAcceptedStart(fact))) continue;
    const { cover } = fact.decision;
    const mine = stored === 'start' && cover?.coverId === coverId;
    events.push({ kind: stored, fact, effectiveAt: cover?.effectiveAt ?? fact.occurredAt, mine });
  }
  return cutSegments(events, terms, unavailability).segments.find(({ starts, ends, cancels }) =>
    (kind === 'start' ? starts : kind === 'end' ? ends : cancels).includes(added),
  );
}
