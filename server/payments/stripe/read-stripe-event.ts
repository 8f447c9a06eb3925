import Joi from 'joi';
import { Stripe } from 'stripe';
import { parseInstant, type Instant } from '../../../programs/calendar.ts';
import type { Sighting } from '../../../programs/payments/fold-sightings.ts';
import { Refusal } from '../../../programs/refusal.ts';
import type { ReceivedEvent } from '../readable-provider.ts';
import { fromStripeAmount } from './stripe-amounts.ts';
import { payoutOfTransfer } from './stripe-payouts.ts';

/** What a webhook says, before it is known whether it is for us. */
export interface StripeEvent extends ReceivedEvent {
  readonly livemode: boolean;
}

/** Of these the tick fetches the object: the events are thin, or do not say what the money was for. */
export const FETCHED = {
  invoice: 'invoice',
  invoicePayment: 'invoice_payment',
  refund: 'refund',
  dispute: 'dispute',
  outboundPayment: 'v2.money_management.outbound_payment',
} as const;

const common = { id: Joi.string().max(255), type: Joi.string().max(255), livemode: Joi.boolean() };
const strict = { presence: 'required', convert: false } as const;

interface Snapshot {
  readonly object: 'event';
  readonly id: string;
  readonly type: string;
  readonly livemode: boolean;
  readonly created: number;
  readonly account?: string;
  readonly data: { readonly object: { readonly id?: string; readonly object: string } };
}
const snapshotSchema = Joi.object<Snapshot>({
  ...common,
  object: Joi.string().valid('event'),
  created: Joi.number().integer(),
  account: Joi.string().optional(),
  data: Joi.object({
    object: Joi.object({ id: Joi.string().max(255).optional(), object: Joi.string().max(255) }).unknown(),
  }).unknown(),
})
  .unknown()
  .prefs(strict);

interface Thin {
  readonly object: 'v2.core.event';
  readonly id: string;
  readonly type: string;
  readonly livemode: boolean;
  readonly created: string;
  readonly related_object?: { readonly id: string; readonly type: string } | null;
}
const thinSchema = Joi.object<Thin>({
  ...common,
  object: Joi.string().valid('v2.core.event'),
  created: Joi.string().max(40),
  related_object: Joi.object({ id: Joi.string().max(255), type: Joi.string().max(255) })
    .unknown()
    .allow(null)
    .optional(),
})
  .unknown()
  .prefs(strict);

/**
 * Reads the body of a webhook whose signature was checked: a snapshot event of v1, or a thin one of v2.
 * Throws `invalid` / `webhook_unreadable`.
 */
export function readStripeEvent(content: Uint8Array): StripeEvent {
  const text = new TextDecoder().decode(content);
  const body = parse(text);
  const snapshot = snapshotSchema.validate(body);
  if (snapshot.error === undefined) return ofSnapshot(snapshot.value, text);
  const thin = thinSchema.validate(body);
  const createdAt = thin.error === undefined ? parseInstant(thin.value.created) : undefined;
  if (thin.error !== undefined || createdAt === undefined) {
    throw new Refusal(
      'invalid',
      'webhook_unreadable',
      'The body is neither an event of Stripe nor a notification of one.',
    );
  }
  const { id, type, livemode, related_object: related } = thin.value;
  const object = related?.type ?? 'v2.core.event';
  return { eventId: id, type, createdAt, livemode, subject: related?.id ?? id, object, relevant: isFetched(object) };
}

function ofSnapshot({ id, type, livemode, created, account, data }: Snapshot, text: string): StripeEvent {
  const { object } = data.object;
  // What happens inside a connected account is its owner's business.
  const ours = account === undefined;
  const seen = ours ? seenIn(Stripe.webhooks.constructEventWithoutVerification(text)) : undefined;
  return {
    eventId: id,
    type,
    createdAt: created * 1_000,
    livemode,
    subject: data.object.id ?? id,
    object,
    relevant: ours && (seen !== undefined || isFetched(object)),
    ...(seen === undefined ? {} : { seen }),
  };
}

/** What a snapshot shows of a payout or a top-up of ours. */
function seenIn(event: Stripe.Event): Sighting | undefined {
  const at = event.created * 1_000;
  switch (event.type) {
    case 'transfer.created':
    case 'transfer.updated':
    case 'transfer.reversed': {
      const payout = payoutOfTransfer(event.data.object);
      return payout && { kind: 'payout', provider: 'stripe', ref: payout.providerRef, at, payout };
    }
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return sightingOfSession(event.data.object, at);
    default:
      return undefined;
  }
}

/** A checkout as a top-up of ours; undefined for one that we did not open. */
export function sightingOfSession(session: Stripe.Checkout.Session, at: Instant): Sighting | undefined {
  const { topUpId, platformId } = session.metadata ?? {};
  const amount = fromStripeAmount(session.amount_total, session.currency);
  if (topUpId === undefined || platformId === undefined || amount === undefined) return undefined;
  const paid = session.payment_status === 'paid';
  return { kind: 'top_up', provider: 'stripe', ref: session.id, at, topUpId, platformId, amount, paid };
}

function isFetched(object: string): boolean {
  return Object.values(FETCHED).some((fetched) => fetched === object);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
