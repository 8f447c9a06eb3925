import { Stripe } from 'stripe';
import type { Instant } from '../../../programs/calendar.ts';
import type { Sighting } from '../../../programs/payments/fold-sightings.ts';
import type { PaymentPurpose, ProviderPayout } from '../payment-fact.ts';
import { FETCHED } from './read-stripe-event.ts';
import { fromStripeAmount } from './stripe-amounts.ts';
import { certainly } from './stripe-answer.ts';
import { payoutOfPayment } from './stripe-payouts.ts';

const NOT_FOUND = 404;

/**
 * Fetches an object and tells all that its present state shows, its past included; nothing when it is none of ours. One
 * that our account has not, a deleted draft or another account's, is none of ours: waiting for it would never end. `at` is
 * the time of its latest event, for what carries no time itself. Throws `unavailable` / `provider_unavailable`, `conflict` /
 * `provider_refused`.
 */
export async function fetchSightings(
  stripe: Stripe,
  object: string,
  id: string,
  at: Instant,
): Promise<readonly Sighting[]> {
  return certainly(async () => {
    try {
      return await fetchOne(stripe, object, id, at);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeError && error.statusCode === NOT_FOUND) return [];
      throw error;
    }
  });
}

async function fetchOne(stripe: Stripe, object: string, id: string, at: Instant): Promise<readonly Sighting[]> {
  switch (object) {
    case FETCHED.outboundPayment:
      return sightingsOfOutbound(await stripe.v2.moneyManagement.outboundPayments.retrieve(id));
    case FETCHED.invoice:
      return sightingsOfInvoice(stripe, await stripe.invoices.retrieve(id));
    case FETCHED.invoicePayment:
      return sightingsOfInvoicePayment(stripe, await stripe.invoicePayments.retrieve(id));
    case FETCHED.refund:
      return sightingsOfRefund(stripe, await stripe.refunds.retrieve(id));
    case FETCHED.dispute:
      return sightingsOfDispute(stripe, await stripe.disputes.retrieve(id), at);
    default:
      return [];
  }
}

/** An outbound payment says itself when it came into each of its states. */
export function sightingsOfOutbound(payment: Stripe.V2.MoneyManagement.OutboundPayment): readonly Sighting[] {
  const payout = payoutOfPayment(payment);
  if (payout === undefined) return [];
  const { posted_at, failed_at, canceled_at, returned_at } = payment.status_transitions ?? {};
  const { message, code, ...bare } = payout;
  const seen = (state: ProviderPayout['state'], at: string | undefined): readonly Sighting[] => {
    if (at === undefined) return [];
    const words = message === undefined || code === undefined || state !== payout.state ? {} : { message, code };
    return [
      { kind: 'payout', provider: 'stripe', ref: payment.id, at: Date.parse(at), payout: { ...bare, state, ...words } },
    ];
  };
  return [
    ...seen('processing', payment.created),
    ...seen('posted', posted_at),
    ...seen('failed', failed_at),
    ...seen('canceled', canceled_at),
    ...seen('returned', returned_at),
  ];
}

/** Every payment of an invoice of ours that is paid: the invoice itself only knows their sum. */
async function sightingsOfInvoice(stripe: Stripe, invoice: Stripe.Invoice): Promise<readonly Sighting[]> {
  const invoiceId = invoice.metadata?.['invoiceId'];
  if (invoiceId === undefined) return [];
  const sightings: Sighting[] = [];
  for await (const payment of stripe.invoicePayments.list({ invoice: invoice.id, status: 'paid', limit: 100 })) {
    sightings.push(...sightingsOfPart(payment, invoiceId));
  }
  return sightings;
}

export async function sightingsOfInvoicePayment(
  stripe: Stripe,
  payment: Stripe.InvoicePayment,
): Promise<readonly Sighting[]> {
  if (payment.status !== 'paid') return [];
  const invoiceId = await invoiceIdOf(stripe, payment);
  return invoiceId === undefined ? [] : sightingsOfPart(payment, invoiceId);
}

function sightingsOfPart(payment: Stripe.InvoicePayment, invoiceId: string): readonly Sighting[] {
  const amount = fromStripeAmount(payment.amount_paid, payment.currency);
  if (payment.status !== 'paid' || amount === undefined || amount.amount === 0) return [];
  const at = (payment.status_transitions.paid_at ?? payment.created) * 1_000;
  return [{ kind: 'invoice_payment', provider: 'stripe', ref: payment.id, at, invoiceId, amount, paid: true }];
}

export async function sightingsOfRefund(stripe: Stripe, refund: Stripe.Refund): Promise<readonly Sighting[]> {
  const state = refund.status === 'succeeded' ? 'done' : refund.status === 'failed' ? 'failed' : 'pending';
  const of = await purposeOf(stripe, refund.payment_intent);
  const amount = fromStripeAmount(refund.amount, refund.currency);
  if (of === undefined || amount === undefined) return [];
  return [
    {
      kind: 'reversal',
      provider: 'stripe',
      ref: refund.id,
      at: refund.created * 1_000,
      cause: 'refund',
      of,
      amount,
      state,
    },
  ];
}

export async function sightingsOfDispute(
  stripe: Stripe,
  dispute: Stripe.Dispute,
  at: Instant,
): Promise<readonly Sighting[]> {
  const state = dispute.status === 'lost' ? 'done' : 'pending';
  const of = await purposeOf(stripe, dispute.payment_intent);
  const amount = fromStripeAmount(dispute.amount, dispute.currency);
  if (of === undefined || amount === undefined) return [];
  return [{ kind: 'reversal', provider: 'stripe', ref: dispute.id, at, cause: 'dispute_lost', of, amount, state }];
}

/** What a payment was for: a top-up says so itself, an invoice's is found by the invoice payment that it made. */
async function purposeOf(
  stripe: Stripe,
  payment: string | Stripe.PaymentIntent | null | undefined,
): Promise<PaymentPurpose | undefined> {
  if (payment === null || payment === undefined) return undefined;
  const intent = typeof payment === 'string' ? await stripe.paymentIntents.retrieve(payment) : payment;
  const { topUpId, platformId } = intent.metadata;
  if (topUpId !== undefined && platformId !== undefined) return { topUpId, platformId };
  const made = await stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: intent.id },
    limit: 1,
  });
  const [part] = made.data;
  const invoiceId = part && (await invoiceIdOf(stripe, part));
  return invoiceId === undefined ? undefined : { invoiceId };
}

async function invoiceIdOf(stripe: Stripe, { invoice }: Stripe.InvoicePayment): Promise<string | undefined> {
  const whole = typeof invoice === 'string' ? await stripe.invoices.retrieve(invoice) : invoice;
  return 'metadata' in whole ? whole.metadata?.['invoiceId'] : undefined;
}
