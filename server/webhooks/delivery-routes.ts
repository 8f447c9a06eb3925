import Joi from 'joi';
import type { Instant } from '../../programs/calendar.ts';
import { eventId } from '../events/event-routes.ts';
import type { EventType } from '../events/event-types.ts';
import { eventType } from '../events/render-event.ts';
import { once } from '../http/idempotency.ts';
import { decodeCursor, encodeCursor, nextCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, instant, pageLimit } from '../http/validate.ts';
import { endpointId, endpointTenant } from './endpoint-routes.ts';
import { findDelivery } from './find-endpoint.ts';
import { listDeliveries } from './list-deliveries.ts';
import { deliveryExample, deliverySchema, renderDelivery } from './render-endpoint.ts';
import { resendDelivery, RESEND_MAX, resendRange } from './resend-deliveries.ts';
import type { WebhookDeliveryDocument } from './webhook-models.ts';

interface ListQuery {
  state?: WebhookDeliveryDocument['state'];
  eventId?: string;
  limit: number;
  cursor?: string;
}

interface ResendBody {
  from: Instant;
  to: Instant;
  types?: EventType[];
  cursor?: string;
}

const common = {
  tag: 'Webhooks',
  allow: ['platform', 'operator'],
  scope: 'webhooks:write',
  tenant: endpointTenant,
} as const;
const deliveryId = Joi.object<{ id: string }>({ id: Joi.string().pattern(/^dlv_[0-9a-z]{1,40}$/) });
const one = { description: 'The delivery.', schema: deliverySchema, example: deliveryExample };

export const deliveryRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'get',
    path: '/v1/webhook-endpoints/{id}/deliveries',
    operationId: 'listWebhookDeliveries',
    summary: 'What was delivered to an endpoint and what it answered, newest first',
    description:
      '`state=dead` is the dead-letter list. Delivered ones are kept for 30 days, dead ones for 90; the events stay.',
    params: endpointId,
    query: Joi.object<ListQuery>({
      state: Joi.string().valid('waiting', 'delivered', 'dead', 'cancelled').optional(),
      eventId: eventId.optional().description('Only the delivery of this event.'),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of deliveries.',
        schema: pageSchema(deliverySchema),
        example: { data: [deliveryExample], nextCursor: null },
      },
    },
    problems: ['webhook_endpoint_not_found', 'cursor_invalid'],
    async handle(services, { actor, params, query }) {
      const { state, limit } = query;
      const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['number', 'string']);
      const deliveries = await listDeliveries(services, {
        actor,
        endpointId: params.id,
        state,
        eventId: query.eventId,
        after,
        limit,
      });
      return pageReply(deliveries, limit, ({ createdAt, _id }) => [createdAt.getTime(), _id], renderDelivery);
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/webhook-deliveries/{id}',
    operationId: 'getWebhookDelivery',
    summary: 'A delivery with the answers to its calls',
    params: deliveryId,
    responses: { 200: one },
    problems: ['webhook_delivery_not_found'],
    async handle(services, { actor, params }) {
      return { status: 200, json: renderDelivery(await findDelivery(services, { actor, deliveryId: params.id })) };
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/webhook-deliveries/{id}/resend',
    operationId: 'resendWebhookDelivery',
    summary: 'Send one again, at once and whatever became of it',
    params: deliveryId,
    idempotency: 'required',
    responses: { 202: { ...one, description: 'On its way again.' } },
    problems: ['webhook_delivery_not_found', 'webhook_endpoint_not_found'],
    async handle(services, request) {
      const { actor, params } = request;
      return once(services, request, 'resendWebhookDelivery', async (session) => ({
        status: 202,
        json: renderDelivery(await resendDelivery(services, { actor, deliveryId: params.id }, session)),
      }));
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/webhook-endpoints/{id}/resend',
    operationId: 'resendWebhooks',
    summary: 'Send all events of a time again',
    description:
      'Those that were delivered, those that died, and those that the endpoint never got. ' +
      `At most ${RESEND_MAX} in one go: while \`nextCursor\` is not null, send it back as \`cursor\` for the rest.`,
    params: endpointId,
    body: Joi.object<ResendBody>({
      from: instant.description('Published at this instant or later.'),
      to: instant.description('Published before this instant.'),
      types: Joi.array()
        .items(eventType)
        .min(1)
        .max(100)
        .optional()
        .description('Default those that the endpoint asks for.'),
      cursor,
    }).example({ from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' }),
    idempotency: 'required',
    responses: {
      202: {
        description: 'On their way again.',
        schema: Joi.object({ count: Joi.number().integer(), nextCursor }),
        example: { count: 12, nextCursor: null },
      },
    },
    problems: ['webhook_endpoint_not_found', 'cursor_invalid'],
    async handle(services, request) {
      const { actor, params, body } = request;
      const [after] = body.cursor === undefined ? [undefined] : decodeCursor(body.cursor, ['number']);
      return once(services, request, 'resendWebhooks', async (session) => {
        const { from, to, types } = body;
        const { count, next } = await resendRange(
          services,
          { actor, endpointId: params.id, from, to, types, after },
          session,
        );
        return { status: 202, json: { count, nextCursor: next === undefined ? null : encodeCursor([next]) } };
      });
    },
  }),
];
