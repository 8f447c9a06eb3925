import type { ClientSession } from 'mongodb';
import { Refusal } from '../../programs/refusal.ts';
import { eventRows } from '../events/event-model.ts';
import { eventDocument } from '../events/event-row.ts';
import type { Services } from '../services.ts';
import { newDelivery } from './fan-out.ts';
import { findEndpoint, type EndpointRef } from './find-endpoint.ts';
import { webhookRows, type WebhookDeliveryDocument } from './webhook-models.ts';

/**
 * Sends an endpoint a `webhook_endpoint.tested`, whatever types it asked for, and no other endpoint. It goes out like any
 * other: what came of it stands on the delivery a moment later. Throws `webhook_endpoint_not_found`,
 * `webhook_endpoint_paused`.
 */
export async function testEndpoint(
  services: Services,
  ref: EndpointRef,
  session: ClientSession,
): Promise<WebhookDeliveryDocument> {
  const now = services.clock.now();
  const endpoint = await findEndpoint(services, ref, session);
  if (endpoint.state === 'paused') {
    const message = 'The endpoint is paused and gets no calls: resume it first.';
    throw new Refusal('conflict', 'webhook_endpoint_paused', message);
  }
  const sequence = endpoint.eventCount + 1;
  const { endpoints, deliveries } = webhookRows(services);
  await endpoints.updateOne({ _id: endpoint._id }, { $set: { eventCount: sequence } }, { session });
  const event = eventDocument({
    type: 'webhook_endpoint.tested',
    aggregateId: endpoint._id,
    sequence,
    audience: endpoint.audience,
    occurredAt: now,
    recordedAt: now,
    data: { endpointId: endpoint._id },
  });
  await eventRows(services).events.insertOne(event, { session });
  const delivery = newDelivery(endpoint, event, now);
  await deliveries.insertOne(delivery, { session });
  return delivery;
}
