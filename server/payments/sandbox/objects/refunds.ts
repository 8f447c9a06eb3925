import Joi from 'joi';
import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import { listV1 } from '../lists.ts';
import { amountParam, expandParam, mergeMetadata, metadataParam, pageKeys, v1Params } from '../params.ts';
import type { PageParams } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { ChargeRow, Metadata, RefundRow } from '../rows.ts';
import { invalidParam, refused, resourceMissing } from '../stripe-trouble.ts';
import { moveMoney, recordEffect } from './money.ts';
import { intentOf } from './payments.ts';

export interface RefundParams {
  readonly amount?: number;
  readonly charge?: string;
  readonly metadata?: Metadata;
  readonly payment_intent?: string;
  readonly reason?: string;
}

export const refundParams = v1Params<RefundParams>({
  amount: amountParam,
  charge: Joi.string(),
  expand: expandParam,
  metadata: metadataParam,
  payment_intent: Joi.string(),
  reason: Joi.string().valid('duplicate', 'fraudulent', 'requested_by_customer'),
});

function chargeFor(context: Context, { charge, payment_intent: intent }: RefundParams): ChargeRow {
  if (charge === undefined && intent === undefined) {
    throw invalidParam(
      'parameter_missing',
      'One of the following params should be provided for this request: payment_intent or charge.',
    );
  }
  const id = charge ?? intentOf(context, intent ?? '', 'payment_intent').latest_charge;
  const row = id === null ? undefined : context.store.get('charge', id);
  if (row === undefined) throw resourceMissing('charge', id ?? '', charge === undefined ? 'payment_intent' : 'charge');
  return row;
}

/** Gives a payer money back, wholly or in part; Stripe keeps its fee. The balance may become negative, as at Stripe. */
export function refund(context: Context, params: RefundParams): RefundRow {
  const { store, now } = context;
  const charge = chargeFor(context, params);
  if (!charge.paid) throw refused('charge_not_refundable', `Charge ${charge.id} was not paid.`);
  if (charge.disputed && disputeForbids(context, charge)) {
    throw refused('charge_disputed', `Charge ${charge.id} has been charged back; cannot issue a refund.`);
  }
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) throw refused('charge_already_refunded', `Charge ${charge.id} has already been refunded.`);
  const amount = params.amount ?? left;
  if (amount > left) {
    throw invalidParam(
      'amount_too_large',
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left}).`,
      'amount',
    );
  }
  const { currency } = charge;
  const id = newId(context, 're');
  const moved = moveMoney(context, { type: 'refund', amount: -amount, currency, source: id });
  const row = store.put('refund', {
    id,
    object: 'refund',
    amount,
    balance_transaction: moved.id,
    charge: charge.id,
    created: seconds(now),
    currency,
    metadata: mergeMetadata({}, params.metadata),
    payment_intent: charge.payment_intent,
    reason: params.reason ?? null,
    receipt_number: null,
    status: 'succeeded',
  });
  const refunded = store.put('charge', {
    ...charge,
    amount_refunded: charge.amount_refunded + amount,
    refunded: amount === left,
  });
  recordEffect(context, {
    ...{ id, kind: 'refund', amount, currency },
    ...{ transferGroup: charge.transfer_group, metadata: row.metadata },
  });
  emitEvent(context, 'refund.created', row);
  emitEvent(context, 'charge.refunded', refunded);
  emitEvent(context, 'refund.updated', row);
  return row;
}

function disputeForbids({ store }: Context, charge: ChargeRow): boolean {
  return store.list('dispute', 'charge', charge.id).some(({ status }) => status !== 'won');
}

const only = v1Params({ expand: expandParam });

export const refundRoutes: readonly Route[] = [
  route('refunds.create', 'POST /v1/refunds', refundParams, refund),
  route('refunds.retrieve', 'GET /v1/refunds/*', only, ({ store }, _params, id) => {
    const row = store.get('refund', id);
    if (row === undefined) throw resourceMissing('refund', id);
    return row;
  }),
  route(
    'refunds.list',
    'GET /v1/refunds',
    v1Params<PageParams & { charge?: string; payment_intent?: string }>({
      ...pageKeys,
      charge: Joi.string(),
      payment_intent: Joi.string(),
    }),
    (context, params) =>
      listV1(context, '/v1/refunds', 'refund', params, {
        ...(params.charge !== undefined && { index: 'charge', key: params.charge }),
        ...(params.payment_intent !== undefined && { index: 'payment_intent', key: params.payment_intent }),
      }),
  ),
];
