import type { ClientSession } from 'mongodb';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { audienceOf } from '../events/read-event.ts';
import type { Services } from '../services.ts';
import { webhookRows, type WebhookDeliveryDocument, type WebhookEndpointDocument } from './webhook-models.ts';

export type WebhookActor = ActorOf<'platform' | 'operator'>;

export interface EndpointRef {
  readonly actor: WebhookActor;
  readonly endpointId: string;
}

/** Throws `webhook_endpoint_not_found` alike for unknown endpoints and for those of others. */
export async function findEndpoint(
  services: Pick<Services, 'database'>,
  { actor, endpointId }: EndpointRef,
  session?: ClientSession,
): Promise<WebhookEndpointDocument> {
  const endpoint = await webhookRows(services).endpoints.findOne(
    { _id: endpointId, ...audienceOf(actor) },
    session === undefined ? {} : { session },
  );
  if (endpoint !== null) return endpoint;
  throw new Refusal('not_found', 'webhook_endpoint_not_found', 'There is no such webhook endpoint.');
}

export interface DeliveryRef {
  readonly actor: WebhookActor;
  readonly deliveryId: string;
}

/** Throws `webhook_delivery_not_found` alike for unknown deliveries and for those of others. */
export async function findDelivery(
  services: Pick<Services, 'database'>,
  { actor, deliveryId }: DeliveryRef,
  session?: ClientSession,
): Promise<WebhookDeliveryDocument> {
  const delivery = await webhookRows(services).deliveries.findOne(
    { _id: deliveryId, ...audienceOf(actor) },
    session === undefined ? {} : { session },
  );
  if (delivery !== null) return delivery;
  throw new Refusal('not_found', 'webhook_delivery_not_found', 'There is no such delivery.');
}
