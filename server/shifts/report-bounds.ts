import type { DecidedFact, ShiftFact } from '../../programs/cover/cover-facts.ts';
import { samePiece } from '../../programs/cover/find-segment.ts';
import { Refusal } from '../../programs/refusal.ts';

const NEAR_MS = 4 * 86_400_000;
/** Events of one shift, or order. */
export const PIECE_EVENTS_MAX = 200;
/** Events of one worker within four days, before and after. */
export const WORKER_EVENTS_MAX = 2_000;

/**
 * Every decision and verdict looks at all that is known of the worker's days, so this is bounded, far beyond what anybody
 * works: a platform that reports one shift over and over must not slow the others down. Undefined when there is room.
 */
export function beyondBounds(event: ShiftFact, known: readonly DecidedFact[]): Refusal | undefined {
  if (known.length < PIECE_EVENTS_MAX) return undefined;
  const near = known.filter(({ occurredAt }) => Math.abs(occurredAt - event.occurredAt) <= NEAR_MS);
  if (near.length < PIECE_EVENTS_MAX) return undefined;
  const unit = event.type.startsWith('order.') ? 'order' : 'shift';
  const isFull = samePiece(event, near, unit).length >= PIECE_EVENTS_MAX;
  if (!isFull && near.length < WORKER_EVENTS_MAX) return undefined;
  const [pointer, message] = isFull
    ? ([unit === 'order' ? '/data/orderId' : '/data/shiftId', `has ${PIECE_EVENTS_MAX} events`] as const)
    : (['/data/workerId', `has ${WORKER_EVENTS_MAX} events around this time`] as const);
  return new Refusal(
    'unprocessable',
    'too_many_reports',
    'So much is reported of this work that no more is taken; report each start and end once.',
    { details: [{ pointer, message }] },
  );
}
