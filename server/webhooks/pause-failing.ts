import { formatInstant, type Instant } from '../../programs/calendar.ts';
import { inTransaction } from '../database/transaction.ts';
import { eventRows } from '../events/event-model.ts';
import { eventDocument } from '../events/event-row.ts';
import type { Services } from '../services.ts';
import { webhookRows } from './webhook-models.ts';

/**
 * Pauses an endpoint that only fails, and says so with an event, which the owner's other endpoints and the log get. What
 * waits for it goes on when it is resumed. Nothing happens when it is paused already, or has accepted a call meanwhile.
 */
export async function pauseFailing(
  services: Services,
  { endpointId, because, now }: { endpointId: string; because: 'failing' | 'gone'; now: Instant },
): Promise<void> {
  const { endpoints } = webhookRows(services);
  await inTransaction(services.database, async (session) => {
    const endpoint = await endpoints.findOne(
      { _id: endpointId, state: 'active', failingSince: { $exists: true } },
      { session },
    );
    if (endpoint?.failingSince === undefined) return;
    const sequence = endpoint.eventCount + 1;
    await endpoints.updateOne(
      { _id: endpointId },
      {
        $set: {
          state: 'paused',
          pausedBecause: because,
          pausedAt: new Date(now),
          updatedAt: new Date(now),
          eventCount: sequence,
        },
        $inc: { version: 1 },
      },
      { session },
    );
    const event = eventDocument({
      type: 'webhook_endpoint.paused',
      aggregateId: endpointId,
      sequence,
      audience: endpoint.audience,
      occurredAt: now,
      recordedAt: now,
      data: { endpointId, because, failingSince: formatInstant(endpoint.failingSince.getTime()) },
    });
    await eventRows(services).events.insertOne(event, { session });
    services.log.warn({ endpointId, audience: endpoint.audienceKey, because }, 'a webhook endpoint was paused');
  });
}
