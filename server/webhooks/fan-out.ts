import type { Instant } from '../../programs/calendar.ts';
import { deterministicId } from '../database/ids.ts';
import { eventRows, type EventDocument } from '../events/event-model.ts';
import { LOG_HEAD } from '../events/place-events.ts';
import type { Services } from '../services.ts';
import { insertNew } from '../shifts/store-flush.ts';
import { webhookRows, type WebhookDeliveryDocument, type WebhookEndpointDocument } from './webhook-models.ts';

const BATCH = 500;

export interface FannedOut {
  readonly made: number;
  /** The end of what was looked at: the next look may begin here. */
  readonly until: number;
}

/**
 * Makes the deliveries of what was published: for each endpoint that is behind its audience's head, one for each event that
 * it asked for, under an id of its own, then moves the endpoint's place. Done twice, or by several at once, makes nothing
 * twice. `since` leaves out audiences that were told nothing since that place; from 0 it also finds endpoints that were
 * resumed, left behind by a crash, or passed over because heads moved while they were read: so look from 0 now and then.
 */
export async function fanOut(
  services: Pick<Services, 'database'>,
  { since, now }: { readonly since: number; readonly now: Instant },
): Promise<FannedOut> {
  const moved = await eventRows(services)
    .heads.find({ position: { $gt: since } })
    .toArray();
  if (moved.length === 0) return { made: 0, until: since };
  const heads = new Map(moved.map(({ _id, position }) => [_id, position]));
  heads.delete(LOG_HEAD);
  const endpoints = await webhookRows(services)
    .endpoints.find({ audienceKey: { $in: [...heads.keys()] }, state: 'active' })
    .toArray();
  let made = 0;
  for (const endpoint of endpoints) {
    const head = heads.get(endpoint.audienceKey) ?? 0;
    if (endpoint.position < head) made += await fanOutTo(services, endpoint, { head, now });
  }
  return { made, until: Math.max(...moved.map(({ position }) => position)) };
}

async function fanOutTo(
  services: Pick<Services, 'database'>,
  endpoint: WebhookEndpointDocument,
  { head, now }: { readonly head: number; readonly now: Instant },
): Promise<number> {
  let made = 0;
  let above = endpoint.position;
  while (above < head) {
    const events = await eventRows(services)
      .events.find({ ...wanted(endpoint), position: { $gt: above, $lte: head } })
      .sort({ position: 1 })
      .limit(BATCH)
      .toArray();
    // A test goes to the one endpoint that is tested, and has its delivery.
    const deliveries = events
      .filter(({ type }) => type !== 'webhook_endpoint.tested')
      .map((event) => newDelivery(endpoint, event, now));
    made += deliveries.length - (await insertNew(services.database.db, 'webhook_deliveries', deliveries)).size;
    above = events.length < BATCH ? head : (events.at(-1)?.position ?? head);
    await webhookRows(services).endpoints.updateOne({ _id: endpoint._id }, { $max: { position: above } });
  }
  return made;
}

/** The events that an endpoint asks for. */
export function wanted({ audienceKey, types }: Pick<WebhookEndpointDocument, 'audienceKey' | 'types'>) {
  const named = types.filter((type) => type !== '*');
  return { audienceKey, ...(named.length === types.length && { type: { $in: named } }) };
}

export const deliveryIdOf = (endpointId: string, eventId: string): string =>
  deterministicId('dlv', endpointId, eventId);

/** A delivery that is due at once. */
export function newDelivery(
  endpoint: Pick<WebhookEndpointDocument, '_id' | 'audienceKey'>,
  event: Pick<EventDocument, '_id' | 'type' | 'position'>,
  now: Instant,
): WebhookDeliveryDocument {
  return {
    _id: deliveryIdOf(endpoint._id, event._id),
    endpointId: endpoint._id,
    audienceKey: endpoint.audienceKey,
    eventId: event._id,
    eventType: event.type,
    position: event.position ?? 0,
    state: 'waiting',
    attempts: 0,
    dueAt: new Date(now),
    answers: [],
    createdAt: new Date(now),
  };
}
