import Joi from 'joi';
import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import { listV1 } from '../lists.ts';
import { expandParam, pageKeys, v1Params } from '../params.ts';
import type { PageParams } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { DisputeRow } from '../rows.ts';
import { refused, resourceMissing } from '../stripe-trouble.ts';
import { moveMoney } from './money.ts';

/** Stripe's charge for a dispute, in minor units; kept when it is won, too. */
const DISPUTE_FEE = 1_500;

export function disputeOf({ store }: Pick<Context, 'store'>, id: string): DisputeRow {
  const dispute = store.get('dispute', id);
  if (dispute === undefined) throw resourceMissing('dispute', id);
  return dispute;
}

/** The payer's bank takes the money (what was not refunded), and a fee, until the dispute is closed. */
export function openDispute(context: Context, chargeId: string, reason = 'general'): DisputeRow {
  const { store, now } = context;
  const charge = store.get('charge', chargeId);
  if (charge === undefined) throw resourceMissing('charge', chargeId, 'charge');
  if (!charge.paid || charge.disputed) throw refused('charge_not_disputable', `Charge ${chargeId} cannot be disputed.`);
  const amount = charge.amount - charge.amount_refunded;
  if (amount === 0) throw refused('charge_not_disputable', `Charge ${chargeId} was refunded.`);
  const { currency } = charge;
  const id = newId(context, 'du');
  const taken = moveMoney(context, { type: 'adjustment', amount: -amount, fee: DISPUTE_FEE, currency, source: id });
  const dispute = store.put('dispute', {
    id,
    object: 'dispute',
    amount,
    balance_transactions: [taken],
    charge: chargeId,
    created: seconds(now),
    currency,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason,
    status: 'needs_response',
  });
  store.put('charge', { ...charge, disputed: true });
  emitEvent(context, 'charge.dispute.created', dispute);
  emitEvent(context, 'charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

/** The bank decides; money of a won dispute comes back. Throws when it is closed already. */
export function closeDispute(context: Context, id: string, status: 'won' | 'lost'): DisputeRow {
  const dispute = disputeOf(context, id);
  if (dispute.status !== 'needs_response')
    throw refused('dispute_closed', `This dispute is already ${dispute.status}.`);
  const { amount, currency } = dispute;
  const back = status === 'won' ? [moveMoney(context, { type: 'adjustment', amount, currency, source: id })] : [];
  const closed = context.store.put('dispute', {
    ...dispute,
    status,
    balance_transactions: [...dispute.balance_transactions, ...back],
  });
  if (status === 'won') emitEvent(context, 'charge.dispute.funds_reinstated', closed);
  emitEvent(context, 'charge.dispute.closed', closed);
  return closed;
}

const only = v1Params({ expand: expandParam });

export const disputeRoutes: readonly Route[] = [
  // Closing by us is giving up.
  route('disputes.close', 'POST /v1/disputes/*/close', only, (context, _params, id) =>
    closeDispute(context, id, 'lost'),
  ),
  route('disputes.retrieve', 'GET /v1/disputes/*', only, (context, _params, id) => disputeOf(context, id)),
  route(
    'disputes.list',
    'GET /v1/disputes',
    v1Params<PageParams & { charge?: string; payment_intent?: string }>({
      ...pageKeys,
      charge: Joi.string(),
      payment_intent: Joi.string(),
    }),
    (context, params) =>
      listV1(context, '/v1/disputes', 'dispute', params, {
        ...(params.charge !== undefined && { index: 'charge', key: params.charge }),
        ...(params.payment_intent !== undefined && { index: 'payment_intent', key: params.payment_intent }),
      }),
  ),
];
