import Joi from 'joi';
import type { Instant } from '../../programs/calendar.ts';
import { eventType } from '../events/render-event.ts';
import { etagOf } from '../http/etag.ts';
import { liveSecrets } from './endpoint-secrets.ts';
import type { WebhookDeliveryDocument, WebhookEndpointDocument } from './webhook-models.ts';

/** Changes whenever anything changes that its owner chose. */
export function endpointEtag({ _id, version }: Pick<WebhookEndpointDocument, '_id' | 'version'>): string {
  return etagOf(_id, version);
}

const instant = Joi.string().meta({ jsonSchema: { format: 'date-time' } });

export const typesSchema = Joi.array()
  .items(Joi.alternatives(Joi.string().valid('*'), eventType))
  .min(1)
  .max(100)
  .description('Which events; `["*"]`: all, also of types that will be added.');

export const endpointSchema = Joi.object({
  id: Joi.string(),
  audience: Joi.string().description('Whose events: `platform:<id>`, `carrier:<id>` or `operators`.'),
  url: Joi.string(),
  description: Joi.string().allow(''),
  types: typesSchema,
  state: Joi.string().valid('active', 'paused'),
  pausedBecause: Joi.string()
    .valid('asked', 'failing', 'gone')
    .optional()
    .description('`failing`: nothing but failures for three days; `gone`: it answered 410.'),
  pausedAt: instant.allow(null),
  failingSince: instant.allow(null).description('Nothing was accepted since.'),
  secrets: Joi.array()
    .items(Joi.object({ createdAt: instant, expiresAt: instant.allow(null) }))
    .description('Those that sign now, newest first; never the secrets themselves.'),
  createdAt: instant,
  updatedAt: instant,
}).meta({ title: 'WebhookEndpoint' });

export const endpointWithSecretSchema = endpointSchema
  .append({ secret: Joi.string().description('`whsec_...`, shown this once: store it.') })
  .meta({ title: 'WebhookEndpointWithSecret' });

export const endpointExample = {
  id: 'whe_01kb2c3d4e5f6g7h8j9k0m1n2p',
  audience: 'platform:plt_example',
  url: 'https://platform.example/parasol',
  description: 'Shift desk',
  types: ['cover.not_covered', 'shift.clipped'],
  state: 'active',
  pausedAt: null,
  failingSince: null,
  secrets: [{ createdAt: '2026-03-01T08:00:00.000Z', expiresAt: null }],
  createdAt: '2026-03-01T08:00:00.000Z',
  updatedAt: '2026-03-01T08:00:00.000Z',
};

/** An endpoint as its owner gets it back; `now` tells which secrets still sign. */
export function renderEndpoint(endpoint: WebhookEndpointDocument, now: Instant) {
  return {
    id: endpoint._id,
    audience: endpoint.audienceKey,
    url: endpoint.url,
    description: endpoint.description,
    types: endpoint.types,
    state: endpoint.state,
    ...(endpoint.pausedBecause !== undefined && { pausedBecause: endpoint.pausedBecause }),
    pausedAt: endpoint.pausedAt?.toISOString() ?? null,
    failingSince: endpoint.failingSince?.toISOString() ?? null,
    secrets: liveSecrets(endpoint.secrets, now).map(({ createdAt, expiresAt }) => ({
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
    })),
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
  };
}

export const deliverySchema = Joi.object({
  id: Joi.string(),
  endpointId: Joi.string(),
  eventId: Joi.string().description('The `webhook-id` of every call.'),
  eventType,
  state: Joi.string()
    .valid('waiting', 'delivered', 'dead', 'cancelled')
    .description('`dead`: three days of calls without an acceptance; `cancelled`: the endpoint was deleted.'),
  attempts: Joi.number().integer().description('Calls since it was made or sent again.'),
  nextAttemptAt: instant.allow(null).description('`waiting`: when it is called next, if it is not being called now.'),
  createdAt: instant,
  endedAt: instant.allow(null),
  answers: Joi.array()
    .items(
      Joi.object({
        at: instant,
        durationMs: Joi.number().integer(),
        status: Joi.number().integer().allow(null).description('Null: no answer.'),
        problem: Joi.string().allow(null).description('Why there was no answer.'),
        body: Joi.string().allow(null).description('The first KB of the answer.'),
      }),
    )
    .description('What the last 20 calls brought, oldest first.'),
}).meta({ title: 'WebhookDelivery' });

export const deliveryExample = {
  id: 'dlv_3k1c8h0w9zq2m7r4tj6vbxae5p',
  endpointId: endpointExample.id,
  eventId: 'evt_6m2c0w9zq5p3k18hr4tj7vbxae',
  eventType: 'shift.clipped',
  state: 'delivered',
  attempts: 1,
  nextAttemptAt: null,
  createdAt: '2026-03-01T16:40:00.412Z',
  endedAt: '2026-03-01T16:40:00.498Z',
  answers: [{ at: '2026-03-01T16:40:00.430Z', durationMs: 61, status: 200, problem: null, body: 'ok' }],
};

export function renderDelivery(delivery: WebhookDeliveryDocument) {
  return {
    id: delivery._id,
    endpointId: delivery.endpointId,
    eventId: delivery.eventId,
    eventType: delivery.eventType,
    state: delivery.state,
    attempts: delivery.attempts,
    nextAttemptAt: delivery.lease === undefined ? (delivery.dueAt?.toISOString() ?? null) : null,
    createdAt: delivery.createdAt.toISOString(),
    endedAt: delivery.endedAt?.toISOString() ?? null,
    answers: delivery.answers.map(({ at, durationMs, status, problem, body }) => ({
      at: at.toISOString(),
      durationMs,
      status: status ?? null,
      problem: problem ?? null,
      body: body ?? null,
    })),
  };
}
