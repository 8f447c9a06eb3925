import type { ClientSession } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { eventRows } from '../events/event-model.ts';
import type { EventType } from '../events/event-types.ts';
import { stretchOf } from '../events/list-events.ts';
import type { Services } from '../services.ts';
import { newDelivery, wanted } from './fan-out.ts';
import { findDelivery, findEndpoint, type DeliveryRef, type EndpointRef } from './find-endpoint.ts';
import { webhookRows, type WebhookDeliveryDocument } from './webhook-models.ts';
import { checkRange } from '../http/check-range.ts';

/** Events of one request: what fits into a transaction with ease. */
export const RESEND_MAX = 1_000;

/**
 * Sends one delivery again, whatever became of it, at once and with three new days of retries. The receiver sees the same
 * `webhook-id`. Throws `webhook_delivery_not_found`, `webhook_endpoint_not_found` when its endpoint was deleted.
 */
export async function resendDelivery(
  services: Services,
  ref: DeliveryRef,
  session: ClientSession,
): Promise<WebhookDeliveryDocument> {
  const delivery = await findDelivery(services, ref, session);
  await findEndpoint(services, { actor: ref.actor, endpointId: delivery.endpointId }, session);
  await makeDue(services, [delivery._id], services.clock.now(), session);
  return findDelivery(services, ref, session);
}

export interface ResendInput extends EndpointRef {
  /** Of the events' `publishedAt`: `[from, to)`. */
  readonly from: Instant;
  readonly to: Instant;
  /** Default those that the endpoint asks for. */
  readonly types?: readonly EventType[] | undefined;
  /** The place in the log after which to go on. */
  readonly after?: number | undefined;
}

export interface Resent {
  readonly count: number;
  /** Where to go on, when there are more. */
  readonly next?: number;
}

/**
 * Sends again all events of a time, at most 1,000 in one go: those that were delivered, those that died, and those that
 * the endpoint never got because it was paused, made later, or did not ask for them. Throws `webhook_endpoint_not_found`,
 * `invalid_body` for a range that ends before it begins.
 */
export async function resendRange(services: Services, input: ResendInput, session: ClientSession): Promise<Resent> {
  const now = services.clock.now();
  checkRange(input, 'invalid_body');
  const endpoint = await findEndpoint(services, input, session);
  const { events } = eventRows(services);
  const { above, below } = await stretchOf(events, input);
  const types = input.types ?? endpoint.types;
  const found = await events
    .find(
      {
        ...wanted({ ...endpoint, types: [...types] }),
        position: { $gt: Math.max(above, input.after ?? 0), $lt: below },
      },
      { session },
    )
    .sort({ position: 1 })
    .limit(RESEND_MAX + 1)
    .toArray();
  const batch = found.slice(0, RESEND_MAX);
  const own = batch.filter(
    ({ type, aggregateId }) => type !== 'webhook_endpoint.tested' || aggregateId === endpoint._id,
  );
  const deliveries = own.map((event) => newDelivery(endpoint, event, now));
  if (deliveries.length > 0) {
    await webhookRows(services).deliveries.bulkWrite(
      deliveries.map((delivery) => ({
        updateOne: { filter: { _id: delivery._id }, update: { $setOnInsert: delivery }, upsert: true },
      })),
      { session },
    );
    await makeDue(
      services,
      deliveries.map(({ _id }) => _id),
      now,
      session,
    );
  }
  const next = found.length > RESEND_MAX ? batch.at(-1)?.position : undefined;
  return { count: deliveries.length, ...(next !== undefined && { next }) };
}

/** Ended ones begin a new round; one that waits for its retry goes at once; one that is being called is left alone. */
async function makeDue(
  services: Pick<Services, 'database'>,
  ids: readonly string[],
  now: Instant,
  session: ClientSession,
): Promise<void> {
  const { deliveries } = webhookRows(services);
  const dueAt = new Date(now);
  await deliveries.updateMany(
    { _id: { $in: [...ids] }, state: { $ne: 'waiting' } },
    {
      $set: { state: 'waiting', attempts: 0, dueAt },
      $unset: { firstAttemptAt: '', endedAt: '', expiresAt: '' },
    },
    { session },
  );
  await deliveries.updateMany(
    { _id: { $in: [...ids] }, state: 'waiting', lease: { $exists: false } },
    { $min: { dueAt } },
    { session },
  );
}
