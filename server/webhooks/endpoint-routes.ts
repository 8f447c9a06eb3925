import Joi from 'joi';
import type { EventType } from '../events/event-types.ts';
import { checkIfMatch } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, pageLimit } from '../http/validate.ts';
import { AUDIENCE_FORM, audienceFromText } from './audience-text.ts';
import {
  deleteEndpoint,
  pauseEndpoint,
  resumeEndpoint,
  updateEndpoint,
  type EndpointChange,
} from './change-endpoint.ts';
import { createEndpoint, ENDPOINTS_MAX } from './create-endpoint.ts';
import { findEndpoint } from './find-endpoint.ts';
import { listEndpoints } from './list-endpoints.ts';
import {
  deliveryExample,
  deliverySchema,
  endpointEtag,
  endpointExample,
  endpointSchema,
  endpointWithSecretSchema,
  renderDelivery,
  renderEndpoint,
  typesSchema,
} from './render-endpoint.ts';
import { OLD_SECRET_SECONDS, OLD_SECRET_SECONDS_MAX, rotateSecret } from './rotate-secret.ts';
import { testEndpoint } from './test-endpoint.ts';

interface CreateBody {
  audience?: string;
  url: string;
  types?: (EventType | '*')[];
  description?: string;
}

export const endpointTenant =
  "A platform has its own endpoints only, and another's answers 404 like an unknown one; an operator has all.";
const common = {
  tag: 'Webhooks',
  allow: ['platform', 'operator'],
  scope: 'webhooks:write',
  tenant: endpointTenant,
} as const;
export const endpointId = Joi.object<{ id: string }>({ id: Joi.string().pattern(/^whe_[0-9a-z]{1,40}$/) });
const url = Joi.string()
  .max(2_048)
  .description(
    'https on the public internet; for test platforms also http, and in the sandbox a loopback address of this machine.',
  );
const description = Joi.string().max(200).allow('').description('For you.');
const audience = Joi.string()
  .pattern(AUDIENCE_FORM)
  .description('For operators, whose events: `platform:<id>`, `carrier:<id>`, or `operators` (default).');
const one = { description: 'The endpoint; ETag names the version.', schema: endpointSchema, example: endpointExample };
const withSecret = { ...endpointExample, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD1zFsZ8gmDGg=' };

export const endpointRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'post',
    path: '/v1/webhook-endpoints',
    operationId: 'createWebhookEndpoint',
    summary: 'Have events delivered to an address of yours',
    description:
      `Every event that is published from now on is POSTed there as \`GET /v1/events/{id}\` shows it, signed as Standard Webhooks says (\`webhook-id\`, \`webhook-timestamp\`, \`webhook-signature\`). ` +
      'Answer 2xx within 10 seconds; anything else is tried again over three days. An event may come twice: the `webhook-id` tells. ' +
      `Order is best effort: \`sequence\` tells. At most ${ENDPOINTS_MAX} endpoints.`,
    body: Joi.object<CreateBody>({
      audience: audience.optional(),
      url,
      types: typesSchema.optional(),
      description: description.optional(),
    }).example({ url: 'https://platform.example/parasol', types: ['cover.not_covered', 'shift.clipped'] }),
    idempotency: 'required',
    responses: { 201: { description: 'Made.', schema: endpointWithSecretSchema, example: withSecret } },
    problems: ['webhook_url_refused', 'too_many_webhook_endpoints', 'audience_unknown'],
    async handle(services, request) {
      const { actor, body } = request;
      return once(services, request, 'createWebhookEndpoint', async (session) => {
        const chosen = body.audience === undefined ? undefined : audienceFromText(body.audience);
        const { endpoint, secret } = await createEndpoint(services, { ...body, actor, audience: chosen }, session);
        return {
          status: 201,
          headers: { Location: `/v1/webhook-endpoints/${endpoint._id}`, ETag: endpointEtag(endpoint) },
          json: { ...renderEndpoint(endpoint, services.clock.now()), secret },
        };
      });
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/webhook-endpoints',
    operationId: 'listWebhookEndpoints',
    summary: 'Webhook endpoints, oldest first',
    query: Joi.object<{ audience?: string; limit: number; cursor?: string }>({
      audience: audience.optional(),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of endpoints.',
        schema: pageSchema(endpointSchema),
        example: { data: [endpointExample], nextCursor: null },
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { actor, query, receivedAt }) {
      const { limit } = query;
      const [after] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['string']);
      const chosen = query.audience === undefined ? undefined : audienceFromText(query.audience);
      const endpoints = await listEndpoints(services, { actor, audience: chosen, after, limit });
      return pageReply(
        endpoints,
        limit,
        ({ _id }) => [_id],
        (endpoint) => renderEndpoint(endpoint, receivedAt),
      );
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/webhook-endpoints/{id}',
    operationId: 'getWebhookEndpoint',
    summary: 'A webhook endpoint',
    params: endpointId,
    responses: { 200: one },
    problems: ['webhook_endpoint_not_found'],
    async handle(services, { actor, params, receivedAt }) {
      const endpoint = await findEndpoint(services, { actor, endpointId: params.id });
      return { status: 200, headers: { ETag: endpointEtag(endpoint) }, json: renderEndpoint(endpoint, receivedAt) };
    },
  }),
  route({
    ...common,
    method: 'put',
    path: '/v1/webhook-endpoints/{id}',
    operationId: 'updateWebhookEndpoint',
    summary: 'Change a webhook endpoint',
    description: 'A field that is absent stays as it is.',
    params: endpointId,
    body: Joi.object<EndpointChange>({
      url: url.optional(),
      types: typesSchema.optional(),
      description: description.optional(),
    }).example({ types: ['*'] }),
    responses: { 200: one, 404: { description: 'Unknown, or not yours: the two are not told apart.' } },
    problems: ['webhook_endpoint_not_found', 'webhook_url_refused', 'version_moved'],
    async handle(services, { actor, params, body, headers, receivedAt }) {
      const endpoint = await updateEndpoint(services, {
        actor,
        endpointId: params.id,
        change: body,
        checkVersion: (etag) => checkIfMatch(headers, etag),
      });
      return { status: 200, headers: { ETag: endpointEtag(endpoint) }, json: renderEndpoint(endpoint, receivedAt) };
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/v1/webhook-endpoints/{id}',
    operationId: 'deleteWebhookEndpoint',
    summary: 'Delete a webhook endpoint, with what still waits for it',
    params: endpointId,
    responses: { 204: { description: 'Deleted.' } },
    problems: ['webhook_endpoint_not_found', 'version_moved'],
    async handle(services, { actor, params, headers }) {
      const checkVersion = (etag: string): void => checkIfMatch(headers, etag);
      await deleteEndpoint(services, { actor, endpointId: params.id, checkVersion });
      return { status: 204 };
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/webhook-endpoints/{id}/pause',
    operationId: 'pauseWebhookEndpoint',
    summary: 'Stop calling an endpoint for a while',
    description: 'What happens meanwhile waits, and is delivered when it is resumed.',
    params: endpointId,
    idempotency: 'harmless',
    responses: { 200: one, 412: { description: 'It was changed by somebody else in the same moment.' } },
    problems: ['webhook_endpoint_not_found'],
    async handle(services, { actor, params, receivedAt }) {
      const endpoint = await pauseEndpoint(services, { actor, endpointId: params.id });
      return { status: 200, headers: { ETag: endpointEtag(endpoint) }, json: renderEndpoint(endpoint, receivedAt) };
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/webhook-endpoints/{id}/resume',
    operationId: 'resumeWebhookEndpoint',
    summary: 'Call an endpoint again',
    params: endpointId,
    body: Joi.object<{ skipMissed?: boolean }>({
      skipMissed: Joi.boolean()
        .optional()
        .description('Leaves out what was published meanwhile; default false: all of it is delivered, within seconds.'),
    }).example({}),
    idempotency: 'harmless',
    responses: { 200: one, 412: { description: 'It was changed by somebody else in the same moment.' } },
    problems: ['webhook_endpoint_not_found'],
    async handle(services, { actor, params, body, receivedAt }) {
      const endpoint = await resumeEndpoint(services, { actor, endpointId: params.id, skipMissed: body.skipMissed });
      return { status: 200, headers: { ETag: endpointEtag(endpoint) }, json: renderEndpoint(endpoint, receivedAt) };
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/webhook-endpoints/{id}/test',
    operationId: 'testWebhookEndpoint',
    summary: 'Have a test event delivered to this endpoint alone',
    description: 'Whatever types it asks for. Look at the delivery a moment later to see what your server answered.',
    params: endpointId,
    idempotency: 'required',
    responses: {
      202: {
        description: 'On its way.',
        schema: deliverySchema,
        example: {
          ...deliveryExample,
          eventType: 'webhook_endpoint.tested',
          state: 'waiting',
          attempts: 0,
          answers: [],
        },
      },
    },
    problems: ['webhook_endpoint_not_found', 'webhook_endpoint_paused'],
    async handle(services, request) {
      const { actor, params } = request;
      return once(services, request, 'testWebhookEndpoint', async (session) => ({
        status: 202,
        json: renderDelivery(await testEndpoint(services, { actor, endpointId: params.id }, session)),
      }));
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/webhook-endpoints/{id}/rotate-secret',
    operationId: 'rotateWebhookSecret',
    summary: 'Give an endpoint a new secret',
    description: 'Every call is signed with both until the old one expires, so nothing is lost while you change over.',
    params: endpointId,
    body: Joi.object<{ oldSecretSeconds: number }>({
      oldSecretSeconds: Joi.number()
        .integer()
        .min(0)
        .max(OLD_SECRET_SECONDS_MAX)
        .optional()
        .default(OLD_SECRET_SECONDS)
        .description('How long the old one still signs. 0 ends it at once: it leaked.'),
    }).example({ oldSecretSeconds: 3_600 }),
    idempotency: 'required',
    responses: { 200: { description: 'Rotated.', schema: endpointWithSecretSchema, example: withSecret } },
    problems: ['webhook_endpoint_not_found', 'webhook_secrets_live'],
    async handle(services, request) {
      const { actor, params, body } = request;
      return once(services, request, 'rotateWebhookSecret', async (session) => {
        const { endpoint, secret } = await rotateSecret(services, { actor, endpointId: params.id, ...body }, session);
        const json = { ...renderEndpoint(endpoint, services.clock.now()), secret };
        return { status: 200, headers: { ETag: endpointEtag(endpoint) }, json };
      });
    },
  }),
];
