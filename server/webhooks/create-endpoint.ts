import type { ClientSession } from 'mongodb';
import { Refusal } from '../../programs/refusal.ts';
import { targetProblem } from '../../programs/webhooks/target-address.ts';
import { eventRows, type EventAudience } from '../events/event-model.ts';
import { audienceKey } from '../events/event-row.ts';
import type { EventType } from '../events/event-types.ts';
import type { Services } from '../services.ts';
import { newSecret } from './endpoint-secrets.ts';
import type { WebhookActor } from './find-endpoint.ts';
import { targetPolicy } from './target-policy.ts';
import { webhookRows, type WebhookEndpointDocument } from './webhook-models.ts';

export const ENDPOINTS_MAX = 10;

export interface CreateEndpointInput {
  readonly actor: WebhookActor;
  /** For operators, whose events: default their own. A platform has its own only. */
  readonly audience?: EventAudience | undefined;
  readonly url: string;
  /** Default all. */
  readonly types?: readonly (EventType | '*')[] | undefined;
  readonly description?: string | undefined;
}

export interface CreatedEndpoint {
  readonly endpoint: WebhookEndpointDocument;
  /** Shown this once. */
  readonly secret: string;
}

/**
 * Makes an endpoint, which gets every event that is published from now on. Throws `webhook_url_refused`,
 * `too_many_webhook_endpoints`, `audience_unknown`.
 */
export async function createEndpoint(
  services: Services,
  input: CreateEndpointInput,
  session: ClientSession,
): Promise<CreatedEndpoint> {
  const now = services.clock.now();
  const audience = audienceFor(input);
  const key = audienceKey(audience);
  const mode = await modeOf(services, audience, session);
  assertTarget(services, { url: input.url, mode });
  const { endpoints } = webhookRows(services);
  // Two who make one at once meet here, and the second sees the first; nothing is published to the audience meanwhile.
  const head = await eventRows(services).heads.findOneAndUpdate(
    { _id: key },
    { $inc: { endpointsMade: 1 }, $setOnInsert: { position: 0, publishedAt: new Date(0) } },
    { session, upsert: true, returnDocument: 'after' },
  );
  if ((await endpoints.countDocuments({ audienceKey: key }, { session })) >= ENDPOINTS_MAX) {
    const message = `There are ${ENDPOINTS_MAX} webhook endpoints already: delete one that is no longer used.`;
    throw new Refusal('conflict', 'too_many_webhook_endpoints', message);
  }
  const secret = newSecret(services.secrets, now);
  const endpoint: WebhookEndpointDocument = {
    _id: services.ids.next('whe'),
    audience,
    audienceKey: key,
    mode,
    url: input.url,
    description: input.description ?? '',
    types: typesOf(input.types),
    state: 'active',
    secrets: [secret.kept],
    position: head?.position ?? 0,
    eventCount: 0,
    version: 1,
    createdAt: new Date(now),
    updatedAt: new Date(now),
  };
  await endpoints.insertOne(endpoint, { session });
  return { endpoint, secret: secret.text };
}

/** All, or each once. */
export function typesOf(types: readonly (EventType | '*')[] = ['*']): (EventType | '*')[] {
  return types.includes('*') ? ['*'] : [...new Set(types)].sort();
}

/** Throws `webhook_url_refused`. */
export function assertTarget(
  { config }: Pick<Services, 'config'>,
  { url, mode }: Pick<WebhookEndpointDocument, 'url' | 'mode'>,
): void {
  const problem = targetProblem(url, targetPolicy(config, mode));
  if (problem === undefined) return;
  throw new Refusal('unprocessable', 'webhook_url_refused', `The address of the endpoint cannot be taken. ${problem}`, {
    details: [{ pointer: '/url', message: problem }],
  });
}

function audienceFor({ actor, audience }: CreateEndpointInput): EventAudience {
  if (actor.kind === 'platform') return { kind: 'platform', platformId: actor.platformId };
  return audience ?? { kind: 'operators' };
}

/** A platform's own; what is told to others is as real as the process that tells it. */
async function modeOf(
  { models, config }: Services,
  audience: EventAudience,
  session: ClientSession,
): Promise<WebhookEndpointDocument['mode']> {
  const unknown = (): never => {
    const message = `There is nobody to tell: ${audienceKey(audience)} is not known.`;
    throw new Refusal('unprocessable', 'audience_unknown', message, { details: [{ pointer: '/audience', message }] });
  };
  switch (audience.kind) {
    case 'platform':
      return (await models.platforms.findById(audience.platformId, { mode: 1 }, { session }).lean())?.mode ?? unknown();
    case 'carrier':
      if ((await models.carriers.findById(audience.carrierId, { _id: 1 }, { session }).lean()) === null) unknown();
      return config.environment === 'production' ? 'live' : 'test';
    case 'operators':
      return config.environment === 'production' ? 'live' : 'test';
  }
}
