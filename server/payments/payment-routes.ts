import Joi from 'joi';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, pageLimit } from '../http/validate.ts';
import { listExceptions } from './list-exceptions.ts';
import { RESOLUTIONS, type ExceptionKind, type Resolution } from './payment-models.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { exceptionKind, exceptionSchema, renderException } from './render-exception.ts';
import { resolveException } from './resolve-exception.ts';

interface ListQuery {
  state?: 'open' | 'resolved';
  kind?: ExceptionKind;
  limit: number;
  cursor?: string;
}

/** A provider sends in bursts, from few addresses. */
const WEBHOOKS_PER_MINUTE = 6_000;

const operators = {
  tag: 'Payments',
  allow: ['operator'],
  scope: 'payments:resolve',
  tenant: 'Our own books: operators of Parasol alone.',
} as const;

export const paymentRoutes: readonly AnyRoute[] = [
  route({
    method: 'post',
    path: '/v1/webhooks/stripe',
    operationId: 'receiveStripeWebhook',
    summary: "Stripe's webhooks, snapshot and thin",
    description:
      "For Stripe alone: `Stripe-Signature` proves the sender, over every byte of the body, within 5 minutes of now in both directions. Stored by the event's id, worked off later; again is answered the same.",
    tag: 'Payments',
    allow: ['public'],
    tenant: "Shows nothing: what it stores is the provider's word about our own account.",
    idempotency: 'keyed',
    ratePerMinute: WEBHOOKS_PER_MINUTE,
    body: Joi.object({ id: Joi.string(), object: Joi.string().valid('event', 'v2.core.event'), type: Joi.string() })
      .unknown()
      .meta({ title: 'StripeEvent' }),
    bodyChecked: 'as_bytes',
    responses: {
      200: {
        description: 'Stored, now or before.',
        schema: Joi.object({ received: Joi.boolean().valid(true) }),
      },
    },
    problems: [
      'webhook_signature_invalid',
      'webhook_time_out_of_bounds',
      'webhook_unreadable',
      'webhook_mode_mismatch',
      'provider_not_configured',
    ],
    async handle(services, { bytes = Buffer.alloc(0), headers, receivedAt }) {
      const sent = headers['stripe-signature'];
      const signature = Array.isArray(sent) ? sent[0] : sent;
      await receiveWebhook(services, { provider: 'stripe', content: bytes, signature, receivedAt });
      return { status: 200, json: { received: true } };
    },
  }),
  route({
    ...operators,
    method: 'get',
    path: '/v1/payments/exceptions',
    operationId: 'listPaymentExceptions',
    summary: 'What a person must look at between providers and our books, newest first',
    description: 'Found when something cannot be booked, and by the daily reconciliation. What ends by itself says so.',
    query: Joi.object<ListQuery>({
      state: Joi.string().valid('open', 'resolved').optional().description('Default: open.'),
      kind: exceptionKind.optional(),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of exceptions.',
        schema: pageSchema(exceptionSchema),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { actor, query }) {
      const { state, kind, limit } = query;
      const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['number', 'string']);
      const found = await listExceptions(services, { actor, state, kind, limit, after });
      return pageReply(
        found,
        limit,
        ({ openedAt, _id }) => [openedAt.getTime(), _id],
        (exception) => renderException(services, exception),
      );
    },
  }),
  route({
    ...operators,
    method: 'post',
    path: '/v1/payments/exceptions/{id}/resolve',
    operationId: 'resolvePaymentException',
    summary: 'End an exception',
    description:
      "`try_anew` books what was refused, now, as a decision of yours; `booked_by_hand` and `no_action` keep it from ever being booked by itself. The same again is answered the same. Recorded under the key's person.",
    idempotency: 'keyed',
    params: Joi.object<{ id: string }>({ id: Joi.string().pattern(/^exc_[0-9a-z]{1,40}$/) }),
    body: Joi.object<{ how: Resolution; note: string }>({
      how: Joi.string().valid(...RESOLUTIONS),
      note: Joi.string().trim().min(3).max(1_000).description('What was found out and done.'),
    }),
    responses: { 200: { description: 'The exception, resolved.', schema: exceptionSchema } },
    problems: ['exception_not_found', 'exception_resolved', 'exception_has_no_fact', 'fact_still_refused'],
    async handle(services, { actor, params, body }) {
      const resolved = await resolveException(services, { actor, exceptionId: params.id, ...body });
      return { status: 200, json: renderException(services, resolved) };
    },
  }),
];
