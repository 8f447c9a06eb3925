import { minuteMs } from '../calendar.ts';
import type { ProductRef, ProductTerms } from '../products/product-terms.ts';
import type { DecidedFact, EventDecision, Outcome, PolicyRevision, ShiftFact, Unavailability } from './cover-facts.ts';
import { findSegment, samePiece } from './find-segment.ts';
import type { Reason } from './reasons.ts';
import { isAcceptedStart, pieceKind } from './segments.ts';

export interface DecideEndInput {
  readonly event: ShiftFact;
  readonly policies: readonly PolicyRevision[];
  readonly unavailability: Unavailability;
  readonly termsOf: (ref: ProductRef) => ProductTerms | undefined;
}

/** The answer to an end or a cancellation: it opens and removes nothing, and carries the cover of the start it ends (G11, G12). */
export function decideEnd(input: DecideEndInput, known: readonly DecidedFact[]): EventDecision {
  const { event } = input;
  const units = (['shift', 'order'] as const).filter((unit) => pieceKind(event, unit) !== undefined);
  for (const unit of units) {
    const found = findSegment(input, known, unit);
    if (found === undefined) continue;
    const { cover } = found.opened.decision;
    return { ...answer('ended', ...endReasons(event, found.settled.voidAt)), ...(cover ? { cover } : {}) };
  }
  for (const unit of units) {
    const unmatched = decideUnmatched(input, samePiece(event, known, unit));
    if (unmatched !== undefined) return unmatched;
  }
  return units.some((unit) => usesUnit(input, unit))
    ? answer('pending_start', 'start_unknown')
    : answer('recorded', 'event_not_used');
}

function endReasons(event: ShiftFact, voidAt: number | undefined): Reason[] {
  if (event.type !== 'shift.cancelled') return [];
  return [voidAt === undefined ? 'cancelled_after_grace' : 'cancelled_charge_void'];
}

/** Starts of the same work are known, yet it ends none of the accepted ones. */
function decideUnmatched(input: DecideEndInput, piece: readonly DecidedFact[]): EventDecision | undefined {
  const { event, termsOf } = input;
  const starts = piece.filter(({ type }) => type === 'shift.started' || type === 'order.accepted');
  for (const start of starts.filter(isAcceptedStart)) {
    const terms = start.decision.cover && termsOf(start.decision.cover.product);
    const longestMs = (terms?.longestShiftMinutes ?? 0) * minuteMs;
    const ahead = start.occurredAt - event.occurredAt;
    if (ahead > 0 && ahead <= longestMs) return answer('recorded', 'end_before_start');
  }
  if (starts.some(isAcceptedStart)) return answer('pending_start', 'start_unknown');
  const before = starts.filter((start) => start.occurredAt <= event.occurredAt);
  if (before.some((start) => start.decision.outcome === 'not_covered')) return answer('recorded', 'start_not_covered');
  if (before.some((start) => start.decision.outcome === 'recorded')) return answer('recorded', 'event_not_used');
  return undefined;
}

/** Whether a policy of the platform counts such work; with no policy at all we cannot tell, and wait for the start. */
function usesUnit({ event, policies, termsOf }: DecideEndInput, unit: ProductTerms['unitOfWork']): boolean {
  const offered = policies.filter(
    ({ platformId, recordedAt, policyId }) =>
      platformId === event.platformId &&
      recordedAt <= event.receivedAt &&
      (event.policyId === undefined || event.policyId === policyId),
  );
  return offered.length === 0 || offered.some(({ product }) => termsOf(product)?.unitOfWork === unit);
}

function answer(outcome: Outcome, ...reasons: Reason[]): EventDecision {
  return { outcome, reasons, flags: [] };
}
