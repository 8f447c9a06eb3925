import type { Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';
import { deliveryIdOf } from './fan-out.ts';
import { findEndpoint, type EndpointRef } from './find-endpoint.ts';
import { webhookRows, type WebhookDeliveryDocument } from './webhook-models.ts';

export interface ListDeliveries extends EndpointRef {
  readonly state?: WebhookDeliveryDocument['state'] | undefined;
  readonly eventId?: string | undefined;
  /** Goes on after this one: when it was made, and its id. */
  readonly after?: readonly [createdAt: Instant, deliveryId: string] | undefined;
  readonly limit: number;
}

/** What was, is or could not be delivered to an endpoint, newest first, one more than the limit when there are more. */
export async function listDeliveries(
  services: Pick<Services, 'database'>,
  { state, eventId, after, limit, ...ref }: ListDeliveries,
): Promise<readonly WebhookDeliveryDocument[]> {
  const { _id: endpointId } = await findEndpoint(services, ref);
  const mine = {
    endpointId,
    ...(state !== undefined && { state }),
    ...(eventId !== undefined && { _id: deliveryIdOf(endpointId, eventId) }),
  };
  // Whole in each branch, so that each is a range of the index in the order of the sort.
  const rest = after && [
    { ...mine, createdAt: new Date(after[0]), $and: [{ _id: { $lt: after[1] } }] },
    { ...mine, createdAt: { $lt: new Date(after[0]) } },
  ];
  return webhookRows(services)
    .deliveries.find(rest ? { $or: rest } : mine)
    .sort({ createdAt: -1, _id: -1 })
    .limit(limit + 1)
    .toArray();
}
