import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import type { ChargeRow, PaymentIntentRow } from '../rows.ts';
import { invalidParam, resourceMissing, StripeTrouble } from '../stripe-trouble.ts';
import { methodBehaviour } from './magic.ts';
import type { MethodBehaviour } from './magic.ts';
import { moveMoney, recordEffect } from './money.ts';
import { tellInvoice, tellSession } from './payment-follow-ups.ts';

/** Reads a payment intent that the path or a parameter names. */
export function intentOf({ store }: Pick<Context, 'store'>, id: string, param = 'id'): PaymentIntentRow {
  const intent = store.get('payment_intent', id);
  if (intent === undefined) throw resourceMissing('payment_intent', id, param);
  return intent;
}

export interface NewIntent {
  readonly amount: number;
  readonly currency: string;
  readonly customer?: string | null;
  readonly description?: string | null;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly payment_method?: string;
  readonly receipt_email?: string;
  readonly statement_descriptor?: string;
  readonly transfer_group?: string | null;
}

export function createIntent(context: Context, params: NewIntent): PaymentIntentRow {
  const { store, now } = context;
  if (typeof params.customer === 'string' && store.get('customer', params.customer) === undefined) {
    throw resourceMissing('customer', params.customer, 'customer');
  }
  const id = newId(context, 'pi');
  const intent = store.put('payment_intent', {
    id,
    object: 'payment_intent',
    amount: params.amount,
    amount_received: 0,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_sandbox`,
    created: seconds(now),
    currency: params.currency,
    customer: params.customer ?? null,
    description: params.description ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: params.metadata ?? {},
    next_action: null,
    payment_method: params.payment_method ?? null,
    payment_method_types: ['card'],
    receipt_email: params.receipt_email ?? null,
    statement_descriptor: params.statement_descriptor ?? null,
    status: params.payment_method === undefined ? 'requires_payment_method' : 'requires_confirmation',
    transfer_group: params.transfer_group ?? null,
  });
  emitEvent(context, 'payment_intent.created', intent);
  return intent;
}

/** What became of a payment; a declined one is kept, so it is answered rather than thrown. */
export type Paid = { readonly intent: PaymentIntentRow; readonly declined?: StripeTrouble };

/** The payer pays with that method. Throws only for a method that does not exist or an intent that takes no payment. */
export function payIntent(context: Context, intent: PaymentIntentRow, method: string): Paid {
  const behaviour = methodBehaviour(method);
  if (behaviour === undefined) throw resourceMissing('PaymentMethod', method, 'payment_method');
  if (intent.status !== 'requires_payment_method' && intent.status !== 'requires_confirmation') {
    throw invalidParam(
      'payment_intent_unexpected_state',
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
    );
  }
  const trying = {
    ...intent,
    payment_method: method,
    payment_method_types: [behaviour.type],
    last_payment_error: null,
  };
  if (behaviour.speed === 'at_once') return finish(context, trying, behaviour);
  const processing = context.store.put('payment_intent', { ...trying, status: 'processing' });
  context.schedule('finish_payment', intent.id, context.now + context.settings.delayedPaymentMs);
  emitEvent(context, 'payment_intent.processing', processing);
  return { intent: processing };
}

/** The delayed method's outcome has come; does nothing when the intent no longer waits for it. */
export function finishDelayedPayment(context: Context, id: string): void {
  const intent = intentOf(context, id);
  const behaviour = methodBehaviour(intent.payment_method ?? '');
  if (intent.status === 'processing' && behaviour !== undefined) finish(context, intent, behaviour);
}

function finish(context: Context, intent: PaymentIntentRow, behaviour: MethodBehaviour): Paid {
  return behaviour.outcome === 'paid' ? succeed(context, intent, behaviour) : decline(context, intent, behaviour);
}

function succeed(context: Context, intent: PaymentIntentRow, behaviour: MethodBehaviour): Paid {
  const { store, now, settings } = context;
  const { amount, currency } = intent;
  const id = newId(context, behaviour.type === 'card' ? 'ch' : 'py');
  const transaction = moveMoney(context, {
    type: 'charge',
    amount,
    fee: Math.ceil((amount * settings.feePermille) / 1_000) + settings.feeFixed,
    currency,
    source: id,
    description: intent.description,
    availableAt: behaviour.bypassPending === true ? now : now + settings.settlementMs,
  });
  const charge = store.put('charge', {
    ...chargeOf(context, id, intent),
    amount_captured: amount,
    balance_transaction: transaction.id,
    captured: true,
    paid: true,
    status: 'succeeded',
  });
  const paid = store.put('payment_intent', {
    ...intent,
    status: 'succeeded',
    amount_received: amount,
    latest_charge: id,
  });
  recordEffect(context, {
    ...{ id, kind: 'charge', amount, currency },
    ...{ transferGroup: intent.transfer_group, metadata: intent.metadata },
  });
  emitEvent(context, 'charge.succeeded', charge);
  emitEvent(context, 'payment_intent.succeeded', paid);
  tellSession(context, paid, 'paid');
  tellInvoice(context, paid, 'paid');
  if (behaviour.disputed === true) context.schedule('open_dispute', id, now);
  return { intent: paid };
}

function decline(context: Context, intent: PaymentIntentRow, behaviour: MethodBehaviour): Paid {
  const { store } = context;
  const message =
    behaviour.declineCode === 'insufficient_funds' ? 'Your card has insufficient funds.' : 'Your payment was declined.';
  const declineCode = behaviour.declineCode ?? 'generic_decline';
  const id = newId(context, behaviour.type === 'card' ? 'ch' : 'py');
  const charge = store.put('charge', {
    ...chargeOf(context, id, intent),
    failure_code: 'card_declined',
    failure_message: message,
    status: 'failed',
  });
  const error = { type: 'card_error', code: 'card_declined', decline_code: declineCode, message } as const;
  const declined = store.put('payment_intent', {
    ...intent,
    status: 'requires_payment_method',
    latest_charge: id,
    payment_method: null,
    last_payment_error: error,
  });
  emitEvent(context, 'charge.failed', charge);
  emitEvent(context, 'payment_intent.payment_failed', declined);
  tellSession(context, declined, 'failed');
  tellInvoice(context, declined, 'failed');
  return { intent: declined, declined: new StripeTrouble(402, { ...error, payment_intent: declined }, true) };
}

function chargeOf(context: Context, id: string, intent: PaymentIntentRow): ChargeRow {
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    balance_transaction: null,
    captured: false,
    created: seconds(context.now),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: intent.metadata,
    paid: false,
    payment_intent: intent.id,
    payment_method: intent.payment_method,
    refunded: false,
    status: 'failed',
    transfer_group: intent.transfer_group,
  };
}
