import { inTransaction } from '../../database/transaction.ts';
import { waitUntil } from '../../database/embedded/wait-until.ts';
import { eventRows, type EventDocument } from '../../events/event-model.ts';
import { sampleEvent } from '../../events/testing/sample-events.ts';
import { TEST_OPERATOR, type TestApi } from '../../http/testing/test-api.ts';
import { createEndpoint, type CreatedEndpoint, type CreateEndpointInput } from '../create-endpoint.ts';
import { deliverWebhooks } from '../deliver-webhooks.ts';
import { webhookRows, type WebhookDeliveryDocument } from '../webhook-models.ts';
import { openReceiver, type Receiver } from './receiver.ts';

/** Endpoints, events and receivers of the platforms of a test. */
export function webhookWorld(test: { readonly api: Pick<TestApi, 'services' | 'clock'> }) {
  const receivers: Receiver[] = [];
  const made = new Map<string, number>();
  return {
    async receiver(): Promise<Receiver> {
      const receiver = await openReceiver();
      receivers.push(receiver);
      return receiver;
    },
    async endpoint(platformId: string, url: string, more: Partial<CreateEndpointInput> = {}): Promise<CreatedEndpoint> {
      const { services } = test.api;
      const audience = { kind: 'platform', platformId } as const;
      return inTransaction(services.database, (session) =>
        createEndpoint(services, { actor: TEST_OPERATOR, audience, url, ...more }, session),
      );
    },
    /** Writes what the platform must be told, as its causes would: not yet placed. */
    async happen(platformId: string, count = 1, more: Partial<EventDocument> = {}): Promise<readonly string[]> {
      const { services, clock } = test.api;
      const from = made.get(platformId) ?? 0;
      made.set(platformId, from + count);
      const events = Array.from({ length: count }, (_, i) =>
        sampleEvent({
          ...more,
          aggregateId: `${platformId}-${from + i}`,
          audience: { kind: 'platform', platformId },
          recordedAt: new Date(clock.now()),
        }),
      );
      await eventRows(services).events.insertMany(events);
      return events.map(({ _id }) => _id);
    },
    /** One whole pass. */
    deliver: () => deliverWebhooks(test.api.services, { timeoutMs: 1_000 }),
    deliveries: (filter: Partial<WebhookDeliveryDocument> = {}): Promise<WebhookDeliveryDocument[]> =>
      webhookRows(test.api.services).deliveries.find(filter).sort({ position: 1 }).toArray(),
    /** Waits for what happens by itself; false when it does not within 10 s. */
    within: async (what: () => Promise<boolean> | boolean): Promise<boolean> =>
      (await waitUntil(10_000, async () => ((await what()) ? true : undefined), 10)) === true,
    async clear(): Promise<void> {
      const { db } = test.api.services.database;
      const names = ['events', 'event_heads', 'webhook_endpoints', 'webhook_deliveries'];
      await Promise.all(names.map((name) => db.collection(name).deleteMany({})));
      await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
    },
  };
}
