import type { Collection } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import { eventRows, type EventDocument } from './event-model.ts';
import { audienceOf, readEvent } from './read-event.ts';
import type { EventType } from './event-types.ts';

export interface ListEvents {
  readonly actor: ActorOf<'platform' | 'operator'>;
  /** For operators: only events told to this audience (`platform:plt_1`, `operators`). */
  readonly audience?: string | undefined;
  readonly type?: EventType | undefined;
  readonly aggregateId?: string | undefined;
  /** Of `publishedAt`: `[from, to)`. */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** The id of an event: only what follows it in the order asked for. */
  readonly after?: string | undefined;
  /** Along the log (default), or back from its end. */
  readonly order?: 'asc' | 'desc' | undefined;
  readonly limit: number;
}

/** Places in the log, both exclusive. */
export interface Stretch {
  readonly above: number;
  readonly below: number;
}

/**
 * Events in the order of the log, one more than the limit when there are more. A reader who goes on after the last event
 * it saw misses none, however late its transaction commits (`place-events.ts`). Throws `event_not_found` for an `after`
 * that is none of the caller's.
 */
export async function listEvents(
  services: Pick<Services, 'database'>,
  { actor, audience, type, aggregateId, from, to, after, order = 'asc', limit }: ListEvents,
): Promise<readonly EventDocument[]> {
  const { events } = eventRows(services);
  let { above, below } = await stretchOf(events, { from, to });
  if (after !== undefined) {
    const { position = Number.MAX_SAFE_INTEGER } = await readEvent(services, { actor, eventId: after });
    if (order === 'asc') above = Math.max(above, position);
    else below = Math.min(below, position);
  }
  return events
    .find({
      ...(audience !== undefined && { audienceKey: audience }),
      // Last, so that no filter of a platform takes its place.
      ...audienceOf(actor),
      ...(type !== undefined && { type }),
      ...(aggregateId !== undefined && { aggregateId }),
      position: { $gt: above, $lt: below },
    })
    .sort({ position: order === 'asc' ? 1 : -1 })
    .limit(limit + 1)
    .toArray();
}

/** `publishedAt` never decreases along the log, so a stretch of time is a stretch of places. */
export async function stretchOf(
  events: Collection<EventDocument>,
  { from, to }: { readonly from?: Instant | undefined; readonly to?: Instant | undefined },
): Promise<Stretch> {
  const firstSince = async (at: Instant): Promise<number> => {
    const first = await events.findOne(
      { publishedAt: { $gte: new Date(at) } },
      { sort: { publishedAt: 1, position: 1 }, projection: { position: 1 } },
    );
    return first?.position ?? Number.MAX_SAFE_INTEGER;
  };
  return {
    above: from === undefined ? 0 : (await firstSince(from)) - 1,
    below: to === undefined ? Number.MAX_SAFE_INTEGER : await firstSince(to),
  };
}
