import Joi from 'joi';
import { seconds } from '../context.ts';
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
import type { PaymentIntentRow } from '../rows.ts';
import { invalidParam, resourceMissing } from '../stripe-trouble.ts';
import { createIntent, intentOf, payIntent } from './payments.ts';
import type { NewIntent } from './payments.ts';

const createKeys = {
  amount: amountParam.required(),
  currency: currencyParam.required(),
  automatic_payment_methods: Joi.object({
    enabled: Joi.boolean().required(),
    allow_redirects: Joi.string().valid('always', 'never'),
  }),
  confirm: Joi.boolean(),
  customer: Joi.string(),
  description: Joi.string(),
  expand: expandParam,
  metadata: metadataParam,
  off_session: Joi.boolean(),
  payment_method: Joi.string(),
  receipt_email: Joi.string(),
  return_url: Joi.string(),
  statement_descriptor: Joi.string().max(22),
  transfer_group: Joi.string(),
};

type CreateParams = NewIntent & { readonly confirm?: boolean };

function create(context: Context, { confirm = false, ...params }: CreateParams): object {
  const intent = createIntent(context, params);
  return confirm ? confirmIntent(context, intent, params.payment_method) : intent;
}

/** A declined payment is answered as an error, and yet it happened: the error is returned, not thrown. */
function confirmIntent(context: Context, intent: PaymentIntentRow, given: string | undefined): object {
  const method = given ?? intent.payment_method;
  if (method === null) {
    throw invalidParam(
      'payment_intent_unexpected_state',
      'You cannot confirm this PaymentIntent because it is missing a payment method.',
    );
  }
  const { intent: paid, declined } = payIntent(context, intent, method);
  return declined ?? paid;
}

function cancel(context: Context, params: { readonly cancellation_reason?: string }, id: string): PaymentIntentRow {
  const intent = intentOf(context, id);
  if (intent.status === 'succeeded' || intent.status === 'canceled' || intent.status === 'processing') {
    throw invalidParam(
      'payment_intent_unexpected_state',
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`,
    );
  }
  const canceled = context.store.put('payment_intent', {
    ...intent,
    status: 'canceled',
    canceled_at: seconds(context.now),
    cancellation_reason: params.cancellation_reason ?? null,
  });
  emitEvent(context, 'payment_intent.canceled', canceled);
  return canceled;
}

type UpdateParams = Pick<NewIntent, 'description' | 'metadata'>;

function update({ store, ...rest }: Context, params: UpdateParams, id: string): PaymentIntentRow {
  const intent = intentOf({ store, ...rest }, id);
  const { description = intent.description } = params;
  return store.put('payment_intent', {
    ...intent,
    description,
    metadata: mergeMetadata(intent.metadata, params.metadata),
  });
}

const onlyKeys = { expand: expandParam };
const only = v1Params(onlyKeys);

export const paymentIntentRoutes: readonly Route[] = [
  route('payment_intents.create', 'POST /v1/payment_intents', v1Params<CreateParams>(createKeys), create),
  route(
    'payment_intents.confirm',
    'POST /v1/payment_intents/*/confirm',
    v1Params<{ payment_method?: string }>({
      payment_method: Joi.string(),
      off_session: Joi.boolean(),
      return_url: Joi.string(),
      ...onlyKeys,
    }),
    (context, params, id) => confirmIntent(context, intentOf(context, id), params.payment_method),
  ),
  route(
    'payment_intents.cancel',
    'POST /v1/payment_intents/*/cancel',
    v1Params<{ cancellation_reason?: string }>({
      cancellation_reason: Joi.string().valid('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'),
      ...onlyKeys,
    }),
    cancel,
  ),
  route(
    'payment_intents.update',
    'POST /v1/payment_intents/*',
    v1Params<UpdateParams>({ description: Joi.string(), metadata: metadataParam, ...onlyKeys }),
    update,
  ),
  route('payment_intents.retrieve', 'GET /v1/payment_intents/*', only, (context, _params, id) => intentOf(context, id)),
  route(
    'payment_intents.list',
    'GET /v1/payment_intents',
    v1Params<PageParams & { customer?: string }>({ ...pageKeys, customer: Joi.string() }),
    (context, params) =>
      listV1(context, '/v1/payment_intents', 'payment_intent', params, {
        ...(params.customer !== undefined && { index: 'customer', key: params.customer }),
      }),
  ),
  route('charges.retrieve', 'GET /v1/charges/*', only, ({ store }, _params, id) => {
    const charge = store.get('charge', id);
    if (charge === undefined) throw resourceMissing('charge', id);
    return charge;
  }),
  route(
    'charges.list',
    'GET /v1/charges',
    v1Params<PageParams & { payment_intent?: string; transfer_group?: string }>({
      ...pageKeys,
      payment_intent: Joi.string(),
      transfer_group: Joi.string(),
    }),
    (context, params) =>
      listV1(context, '/v1/charges', 'charge', params, {
        ...(params.transfer_group !== undefined && { index: 'transfer_group', key: params.transfer_group }),
        ...(params.payment_intent !== undefined && { index: 'payment_intent', key: params.payment_intent }),
      }),
  ),
];
