import type { EventAudience } from '../events/event-model.ts';
import { audienceKey } from '../events/event-row.ts';
import { audienceOf } from '../events/read-event.ts';
import type { Services } from '../services.ts';
import type { WebhookActor } from './find-endpoint.ts';
import { webhookRows, type WebhookEndpointDocument } from './webhook-models.ts';

export interface ListEndpoints {
  readonly actor: WebhookActor;
  /** For operators: only those of this audience. */
  readonly audience?: EventAudience | undefined;
  /** Goes on after this one. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Endpoints, oldest first, one more than the limit when there are more. */
export async function listEndpoints(
  services: Pick<Services, 'database'>,
  { actor, audience, after, limit }: ListEndpoints,
): Promise<readonly WebhookEndpointDocument[]> {
  return webhookRows(services)
    .endpoints.find({
      ...(audience !== undefined && { audienceKey: audienceKey(audience) }),
      ...audienceOf(actor),
      ...(after !== undefined && { _id: { $gt: after } }),
    })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .toArray();
}
