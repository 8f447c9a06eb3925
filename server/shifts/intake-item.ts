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
  /** Of a start: the ends and cancellations of its worker in the same request, wherever they stand in it (G12). */
  readonly together?: readonly IntakeItem[];
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
  const fact: ShiftFact = {
    eventId: key,
    type: event.type,
    platformId,
    workerId,
    shiftId: data.shiftId,
    orderId: data.orderId,
    policyId: data.policyId,
    occupationClass: data.occupationClass,
    territory: data.territory,
    declaredAge: data.declaredAge,
    occurredAt: event.time,
    receivedAt,
  };
  return {
    lane: workerId,
    claim: isStart(fact) ? shiftKey(fact) : undefined,
    key,
    hash: contentHash(event),
    event,
    via,
    settle,
    fact,
  };
}

const DAY_MS = 86_400_000;
/** G16 */
export const EVENT_AGE_DAYS_MAX = 35;
export const EVENT_AHEAD_MS_MAX = 5 * 60_000;

/** Whether an event is so old, or so far ahead, that none of its kind is taken any more, or yet (G16); exactly so much is. */
export function timeProblem({ occurredAt, receivedAt }: ShiftFact): 'event_in_future' | 'event_too_old' | undefined {
  if (occurredAt - receivedAt > EVENT_AHEAD_MS_MAX) return 'event_in_future';
  return receivedAt - occurredAt > EVENT_AGE_DAYS_MAX * DAY_MS ? 'event_too_old' : undefined;
}

/** The types that begin work: they may open a cover, and claim their shift id for their worker (G12). */
export const isStart = ({ type }: Pick<ShiftFact, 'type'>): boolean =>
  type === 'shift.started' || type === 'order.accepted';

/** What a start claims for its worker (G12). Our ids hold no space. */
export const shiftKey = ({ platformId, shiftId }: ShiftFact): string => `${platformId} ${shiftId}`;

/** The items of one request, each start with what the request says of its worker's ends: a list has no order (G12). */
export function withCompanions(items: readonly IntakeItem[]): readonly IntakeItem[] {
  const closers = new Map<string, IntakeItem[]>();
  for (const item of items) {
    if (isStart(item.fact)) continue;
    const ofWorker = closers.get(item.lane);
    if (ofWorker) ofWorker.push(item);
    else closers.set(item.lane, [item]);
  }
  if (closers.size === 0 || items.length === 1) return items;
  return items.map((item) => {
    const together = isStart(item.fact) ? closers.get(item.lane) : undefined;
    return together ? { ...item, together } : item;
  });
}
