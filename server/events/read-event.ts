import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import { eventRows, type EventDocument } from './event-model.ts';
import { audienceKey } from './event-row.ts';

/** The part of a filter that keeps audiences apart: a platform is its own audience, an operator reads all. */
export function audienceOf(actor: ActorOf<'platform' | 'operator'>): { readonly audienceKey?: string } {
  if (actor.kind === 'operator') return {};
  return { audienceKey: audienceKey({ kind: 'platform', platformId: actor.platformId }) };
}

/** Throws `event_not_found` alike for unknown events and for those of others. */
export async function readEvent(
  services: Pick<Services, 'database'>,
  { actor, eventId }: { readonly actor: ActorOf<'platform' | 'operator'>; readonly eventId: string },
): Promise<EventDocument> {
  const event = await eventRows(services).events.findOne({ _id: eventId, ...audienceOf(actor) });
  if (event === null) throw new Refusal('not_found', 'event_not_found', 'There is no such event.');
  return event;
}
