import type { Instant } from '../../programs/calendar.ts';
import type { ShiftFact } from '../../programs/cover/cover-facts.ts';
import { deterministicId } from '../database/ids.ts';
import { contentHash, eventKey } from './event-key.ts';
import type { IncomingEvent, IntakeOptions, IntakeResult } from './shift-intake.ts';
import type { LaneItem } from './group-commit.ts';

/** An event on its way through a flush. */
export interface IntakeItem extends LaneItem {
  /** `_id` of the event (G3). */
  readonly key: string;
  readonly hash: string;
  readonly event: IncomingEvent;
  readonly fact: ShiftFact;
  readonly via: IntakeOptions['via'];
  settle(result: IntakeResult): void;
}

export function intakeItem(
  event: IncomingEvent,
  { platformId, via }: IntakeOptions,
  receivedAt: Instant,
  settle: (result: IntakeResult) => void,
): IntakeItem {
  const { data } = event;
  const workerId = deterministicId('wrk', platformId, data.workerId);
  const key = eventKey(platformId, event.source, event.id);
  return {
    lane: workerId,
    key,
    hash: contentHash(event),
    event,
    via,
    settle,
    fact: {
      eventId: key,
      type: event.type,
      platformId,
      workerId,
      shiftId: data.shiftId,
      ...(data.orderId !== undefined && { orderId: data.orderId }),
      ...(data.policyId !== undefined && { policyId: data.policyId }),
      occupationClass: data.occupationClass,
      territory: data.territory,
      ...(data.declaredAge !== undefined && { declaredAge: data.declaredAge }),
      occurredAt: event.time,
      receivedAt,
    },
  };
}

/** The types that begin work: they may open a cover, and claim their shift id for their worker (G12). */
export const isStart = ({ type }: ShiftFact): boolean => type === 'shift.started' || type === 'order.accepted';
