import type { Stripe } from 'stripe';
import { formatMoney } from '../../../programs/money.ts';
import type { InvoiceAnswer, InvoiceOrder, TopUpOrder } from '../payment-port.ts';
import { toStripeAmount, type StripeAmount } from './stripe-amounts.ts';
import { answerOfFailure, certainly } from './stripe-answer.ts';

/**
 * Makes, finalizes and sends an invoice, going on from wherever an earlier try stopped: the invoice is looked for first
 * (Stripe forgets v1 keys after a day), and every step has a key of its own.
 */
export async function sendStripeInvoice(stripe: Stripe, order: InvoiceOrder): Promise<InvoiceAnswer> {
  const amount = toStripeAmount(order.amount, 'charge');
  if (amount === undefined) return notChargeable(order);
  try {
    const customer = await customerOf(stripe, order);
    const known = await findInvoice(stripe, customer, order.invoiceId);
    const invoice = known ?? (await createInvoice(stripe, customer, order, amount));
    if (invoice.status === 'void') {
      return { outcome: 'refused', code: 'invoice_void', message: `The invoice ${invoice.id} was voided.` };
    }
    const open = invoice.status === 'draft' ? await finalize(stripe, customer, invoice, order, amount) : invoice;
    // Again is harmless: the same mail at most once for each key.
    if (order.email !== undefined && open.status === 'open') {
      await stripe.invoices.sendInvoice(open.id, {}, { idempotencyKey: `${order.idempotencyKey}:send` });
    }
    const payUrl = open.hosted_invoice_url ?? undefined;
    return { outcome: 'sent', providerRef: open.id, ...(payUrl === undefined ? {} : { payUrl }) };
  } catch (error) {
    return answerOfFailure(error);
  }
}

/**
 * Ends what can still be paid of an invoice: voids it, deletes a draft; paid or voided already is fine. Throws
 * `unavailable` / `provider_unavailable`, and `conflict` / `provider_refused` when a part of it is paid.
 */
export async function voidStripeInvoice(stripe: Stripe, invoiceId: string, providerRef: string): Promise<void> {
  await certainly(async () => {
    const invoice = await stripe.invoices.retrieve(providerRef);
    if (invoice.metadata?.['invoiceId'] !== invoiceId) {
      throw new Error(`${providerRef} is not the invoice ${invoiceId} at Stripe.`);
    }
    switch (invoice.status) {
      case 'draft':
        await stripe.invoices.del(providerRef);
        return;
      case 'open':
      case 'uncollectible':
        await stripe.invoices.voidInvoice(providerRef, {}, { idempotencyKey: `void:${invoiceId}` });
        return;
      default:
    }
  });
}

/** A payment page that tops up a deposit; Stripe offers what ways to pay it finds fit. */
export async function openStripeTopUp(stripe: Stripe, order: TopUpOrder): Promise<InvoiceAnswer> {
  const amount = toStripeAmount(order.amount, 'charge');
  if (amount === undefined) return notChargeable(order);
  const metadata = { topUpId: order.topUpId, platformId: order.platformId };
  try {
    const session = await stripe.checkout.sessions.create(
      {
        mode: 'payment',
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: amount.currency,
              unit_amount: amount.amount,
              product_data: { name: 'Prepaid premium: top-up' },
            },
          },
        ],
        success_url: order.successUrl,
        cancel_url: order.cancelUrl,
        client_reference_id: order.topUpId,
        metadata,
        // Refunds and disputes know the payment and not the page: it must say itself what it was for.
        payment_intent_data: { metadata },
      },
      { idempotencyKey: order.idempotencyKey },
    );
    return {
      outcome: 'sent',
      providerRef: session.id,
      ...(session.url === null ? {} : { payUrl: session.url }),
    };
  } catch (error) {
    return answerOfFailure(error);
  }
}

/** One customer for each platform: they are few, and a list is right at once while a search lags behind. */
async function customerOf(stripe: Stripe, { platformId, platformName, email }: InvoiceOrder): Promise<string> {
  for await (const customer of stripe.customers.list({ limit: 100 })) {
    if (customer.metadata['platformId'] === platformId) return customer.id;
  }
  const contact = email === undefined ? {} : { email };
  const { id } = await stripe.customers.create(
    { name: platformName, metadata: { platformId }, ...contact },
    { idempotencyKey: `customer:${platformId}` },
  );
  return id;
}

async function findInvoice(stripe: Stripe, customer: string, invoiceId: string): Promise<Stripe.Invoice | undefined> {
  for await (const invoice of stripe.invoices.list({ customer, limit: 100 })) {
    if (invoice.metadata?.['invoiceId'] === invoiceId) return invoice;
  }
  return undefined;
}

async function createInvoice(
  stripe: Stripe,
  customer: string,
  order: InvoiceOrder,
  { currency }: StripeAmount,
): Promise<Stripe.Invoice> {
  return stripe.invoices.create(
    {
      customer,
      currency,
      collection_method: 'send_invoice',
      due_date: Math.floor(order.dueAt / 1_000),
      // What we did not put on it must not get on it.
      pending_invoice_items_behavior: 'exclude',
      auto_advance: false,
      description: order.description,
      metadata: { invoiceId: order.invoiceId, platformId: order.platformId },
    },
    { idempotencyKey: `${order.idempotencyKey}:invoice` },
  );
}

async function finalize(
  stripe: Stripe,
  customer: string,
  draft: Stripe.Invoice,
  order: InvoiceOrder,
  { amount, currency }: StripeAmount,
): Promise<Stripe.Invoice> {
  if (draft.total === 0) {
    await stripe.invoiceItems.create(
      { customer, invoice: draft.id, amount, currency, description: order.description },
      { idempotencyKey: `${order.idempotencyKey}:item` },
    );
  }
  const invoice = await stripe.invoices.finalizeInvoice(
    draft.id,
    { auto_advance: false },
    { idempotencyKey: `${order.idempotencyKey}:finalize` },
  );
  // Not an answer of Stripe's but a bug of ours or somebody's hand: it must not be sent.
  if (invoice.total !== amount) {
    throw new Error(`Stripe's invoice ${draft.id} says ${invoice.total} ${currency} and not ${amount}.`);
  }
  return invoice;
}

function notChargeable({ amount }: Pick<InvoiceOrder, 'amount'>): InvoiceAnswer {
  return {
    outcome: 'refused',
    code: 'amount_not_chargeable',
    message: `Stripe cannot collect exactly ${formatMoney(amount)}.`,
  };
}
