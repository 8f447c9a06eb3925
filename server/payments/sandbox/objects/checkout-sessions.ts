import Joi from 'joi';
import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import { listV1 } from '../lists.ts';
import {
  amountParam,
  currencyParam,
  expandParam,
  mergeMetadata,
  metadataParam,
  pageKeys,
  v1Params,
} from '../params.ts';
import type { PageParams } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { CheckoutSessionRow, LineItem, Metadata } from '../rows.ts';
import { invalidParam, refused, resourceMissing } from '../stripe-trouble.ts';
import { customerOf } from './customers.ts';
import { DEFAULT_METHOD } from './magic.ts';
import { createIntent, payIntent } from './payments.ts';
import type { Paid } from './payments.ts';

interface LineItemParam {
  readonly price_data: {
    readonly currency: string;
    readonly product_data: { readonly name: string };
    readonly unit_amount: number;
  };
  readonly quantity?: number;
}

interface CreateParams {
  readonly cancel_url?: string;
  readonly client_reference_id?: string;
  readonly customer?: string;
  readonly customer_email?: string;
  readonly expires_at?: number;
  readonly line_items: readonly LineItemParam[];
  readonly metadata?: Metadata;
  readonly mode: 'payment';
  readonly payment_intent_data?: {
    readonly description?: string;
    readonly metadata?: Metadata;
    readonly transfer_group?: string;
  };
  readonly success_url: string;
}

const createParams = v1Params<CreateParams>({
  cancel_url: Joi.string(),
  client_reference_id: Joi.string().max(200),
  customer: Joi.string(),
  customer_email: Joi.string(),
  expand: expandParam,
  expires_at: Joi.number().integer(),
  line_items: Joi.array()
    .items(
      Joi.object({
        price_data: Joi.object({
          currency: currencyParam.required(),
          product_data: Joi.object({
            name: Joi.string().required(),
            description: Joi.string(),
            metadata: metadataParam,
          }).required(),
          unit_amount: amountParam.required(),
        }).required(),
        quantity: Joi.number().integer().min(1),
      }),
    )
    .min(1)
    .required(),
  locale: Joi.string(),
  metadata: metadataParam,
  mode: Joi.string().valid('payment').required(),
  payment_intent_data: Joi.object({
    description: Joi.string(),
    metadata: metadataParam,
    receipt_email: Joi.string(),
    statement_descriptor: Joi.string().max(22),
    transfer_group: Joi.string(),
  }),
  submit_type: Joi.string().valid('auto', 'pay', 'book', 'donate'),
  success_url: Joi.string().required(),
});

export function sessionOf({ store }: Pick<Context, 'store'>, id: string): CheckoutSessionRow {
  const session = store.get('checkout_session', id);
  if (session === undefined) throw resourceMissing('checkout.session', id);
  return session;
}

function create(context: Context, params: CreateParams): CheckoutSessionRow {
  const { store, now, settings } = context;
  if (params.customer !== undefined) customerOf(context, params.customer, 'customer');
  const currency = params.line_items[0]?.price_data.currency ?? '';
  if (params.line_items.some(({ price_data }) => price_data.currency !== currency)) {
    throw invalidParam('parameter_invalid', 'All line items must be in the same currency.', 'line_items');
  }
  const items = params.line_items.map((item) => lineItem(context, item));
  const total = items.reduce((sum, item) => sum + item.amount_total, 0);
  const id = newId(context, 'cs_test');
  const expiresAt = params.expires_at ?? seconds(now + settings.sessionExpiryMs);
  store.put('session_detail', {
    id,
    items,
    intentMetadata: params.payment_intent_data?.metadata ?? {},
    intentDescription: params.payment_intent_data?.description ?? null,
    transferGroup: params.payment_intent_data?.transfer_group ?? null,
  });
  context.schedule('expire_session', id, expiresAt * 1_000);
  return store.put('checkout_session', {
    id,
    object: 'checkout.session',
    amount_subtotal: total,
    amount_total: total,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    created: seconds(now),
    currency,
    customer: params.customer ?? null,
    customer_email: params.customer_email ?? null,
    expires_at: expiresAt,
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    mode: 'payment',
    payment_intent: null,
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    status: 'open',
    success_url: params.success_url,
    url: `${settings.publicUrl}/pay/${id}`,
  });
}

function lineItem(context: Context, { price_data: price, quantity = 1 }: LineItemParam): LineItem {
  const amount = price.unit_amount * quantity;
  return {
    id: newId(context, 'li'),
    object: 'item',
    amount_subtotal: amount,
    amount_total: amount,
    currency: price.currency,
    description: price.product_data.name,
    quantity,
  };
}

/** What a payer does on the session's page. A declined card leaves the session open for another try. */
export function paySession(context: Context, id: string, method = DEFAULT_METHOD): Paid {
  const { store } = context;
  const session = sessionOf(context, id);
  const detail = store.get('session_detail', id);
  if (session.status !== 'open' || detail === undefined) {
    throw refused('checkout_session_not_open', `This Checkout Session is ${session.status} and takes no payment.`);
  }
  const intent =
    session.payment_intent === null
      ? createIntent(context, {
          amount: session.amount_total,
          currency: session.currency,
          customer: session.customer,
          description: detail.intentDescription,
          metadata: detail.intentMetadata,
          transfer_group: detail.transferGroup,
        })
      : store.get('payment_intent', session.payment_intent);
  if (intent === undefined) throw new Error(`The payment intent of ${id} is gone.`);
  store.put('checkout_session', { ...session, payment_intent: intent.id });
  const paid = payIntent(context, intent, method);
  if (paid.intent.status === 'processing') {
    const now = sessionOf(context, id);
    const complete = store.put('checkout_session', { ...now, status: 'complete', url: null });
    emitEvent(context, 'checkout.session.completed', complete);
  }
  return paid;
}

export function expireSession(context: Context, id: string): CheckoutSessionRow {
  const session = sessionOf(context, id);
  if (session.status !== 'open') return session;
  const expired = context.store.put('checkout_session', { ...session, status: 'expired', url: null });
  emitEvent(context, 'checkout.session.expired', expired);
  return expired;
}

const only = v1Params({ expand: expandParam });

export const checkoutSessionRoutes: readonly Route[] = [
  route('checkout_sessions.create', 'POST /v1/checkout/sessions', createParams, create),
  route('checkout_sessions.expire', 'POST /v1/checkout/sessions/*/expire', only, (context, _params, id) => {
    const { status } = sessionOf(context, id);
    if (status !== 'open') {
      throw refused(
        'checkout_session_not_open',
        `Only Checkout Sessions with a status of open can be expired; this one is ${status}.`,
      );
    }
    return expireSession(context, id);
  }),
  route('checkout_sessions.retrieve', 'GET /v1/checkout/sessions/*', only, (context, _params, id) =>
    sessionOf(context, id),
  ),
  route(
    'checkout_sessions.line_items',
    'GET /v1/checkout/sessions/*/line_items',
    v1Params({ limit: pageKeys.limit, expand: expandParam }),
    ({ store }, _params, id) => ({
      object: 'list',
      data: store.get('session_detail', sessionOf({ store }, id).id)?.items ?? [],
      has_more: false,
      url: `/v1/checkout/sessions/${id}/line_items`,
    }),
  ),
  route(
    'checkout_sessions.list',
    'GET /v1/checkout/sessions',
    v1Params<PageParams & { payment_intent?: string; customer?: string; status?: string }>({
      ...pageKeys,
      payment_intent: Joi.string(),
      customer: Joi.string(),
      status: Joi.string().valid('open', 'complete', 'expired'),
    }),
    (context, params) =>
      listV1(context, '/v1/checkout/sessions', 'checkout_session', params, {
        ...(params.customer !== undefined && { index: 'customer', key: params.customer }),
        ...(params.payment_intent !== undefined && { index: 'payment_intent', key: params.payment_intent }),
        keep: ({ status }) => params.status === undefined || status === params.status,
      }),
  ),
];
