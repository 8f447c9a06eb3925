import type { Instant } from '../../programs/calendar.ts';
import { randomText } from '../database/ids.ts';
import type { Services } from '../services.ts';
import { webhookRows, type WebhookDeliveryDocument } from './webhook-models.ts';

/** Longer than any call lasts: who has not recorded by then is taken for dead, and another calls again. */
export const LEASE_MS = 60_000;

/** A delivery that this process may call now. */
export interface TakenDelivery extends WebhookDeliveryDocument {
  readonly lease: string;
}

/**
 * Takes deliveries of an endpoint that are due, earliest first, under a lease. Of several who take at once each gets its
 * own. The lease is the due time itself, moved on: nobody sees a delivery as due while it is being called, and when the
 * caller dies it is due again. The call is counted when it is taken, so one that kills its caller is counted too.
 */
export async function takeDeliveries(
  services: Pick<Services, 'database'>,
  endpointId: string,
  { limit, now }: { readonly limit: number; readonly now: Instant },
): Promise<readonly TakenDelivery[]> {
  const { deliveries } = webhookRows(services);
  const due = { endpointId, state: 'waiting', dueAt: { $lte: new Date(now) } } as const;
  const found = await deliveries
    .find(due, { projection: { _id: 1 } })
    .sort({ dueAt: 1, position: 1 })
    .limit(limit)
    .toArray();
  if (found.length === 0) return [];
  const ids = { _id: { $in: found.map(({ _id }) => _id) } };
  const lease = randomText(10);
  await deliveries.updateMany(
    { ...ids, ...due },
    { $set: { lease, dueAt: new Date(now + LEASE_MS) }, $inc: { attempts: 1 } },
  );
  const taken = await deliveries.find({ ...ids, lease }).toArray();
  return taken.map((delivery) => ({ ...delivery, lease })).sort((a, b) => a.position - b.position);
}

/**
 * Endpoints of which something is due. The bound on the id says nothing, but lets the index be used, in which the server
 * then jumps from endpoint to endpoint, whatever waits for each.
 */
export async function dueEndpoints(services: Pick<Services, 'database'>, now: Instant): Promise<readonly string[]> {
  return webhookRows(services).deliveries.distinct('endpointId', {
    state: 'waiting',
    endpointId: { $gt: '' },
    dueAt: { $lte: new Date(now) },
  });
}
