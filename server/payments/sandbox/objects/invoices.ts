import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import { mergeMetadata } from '../params.ts';
import type { InvoiceRow, Metadata } from '../rows.ts';
import { invalidParam, refused, resourceMissing } from '../stripe-trouble.ts';
import { customerOf } from './customers.ts';
import { withTotal } from './invoice-items.ts';
import { DEFAULT_METHOD } from './magic.ts';
import { creditInvoice } from './payment-follow-ups.ts';
import { createIntent, payIntent } from './payments.ts';
import type { Paid } from './payments.ts';

export interface InvoiceParams {
  readonly auto_advance?: boolean;
  readonly collection_method?: 'charge_automatically' | 'send_invoice';
  readonly currency?: string;
  readonly customer: string;
  readonly days_until_due?: number;
  readonly default_payment_method?: string;
  readonly description?: string;
  readonly due_date?: number;
  readonly metadata?: Metadata;
  readonly pending_invoice_items_behavior?: 'exclude' | 'include';
}

const DAY_SECONDS = 86_400;

export function invoiceOf({ store }: Pick<Context, 'store'>, id: string, param = 'id'): InvoiceRow {
  const invoice = store.get('invoice', id);
  if (invoice === undefined) throw resourceMissing('invoice', id, param);
  return invoice;
}

/** A draft. Items of the customer that are on no invoice yet are taken only when asked for, as at Stripe today. */
export function createInvoice(context: Context, params: InvoiceParams): InvoiceRow {
  const { store, now } = context;
  const customer = customerOf(context, params.customer, 'customer');
  const { collection_method: method = 'charge_automatically', days_until_due: days } = params;
  if (method === 'send_invoice' && days === undefined && params.due_date === undefined) {
    throw invalidParam(
      'parameter_missing',
      'If `collection_method` is `send_invoice`, you must specify `days_until_due` or `due_date`.',
      'days_until_due',
    );
  }
  const currency = params.currency ?? 'cny';
  const id = newId(context, 'in');
  const pending =
    params.pending_invoice_items_behavior === 'include'
      ? store
          .list('invoice_item', 'customer', customer.id)
          .filter((item) => item.invoice === null && item.currency === currency)
      : [];
  for (const item of pending) store.put('invoice_item', { ...item, invoice: id });
  const dueDate = params.due_date ?? (days === undefined ? null : seconds(now) + days * DAY_SECONDS);
  const draft: InvoiceRow = {
    id,
    object: 'invoice',
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    attempt_count: 0,
    attempted: false,
    auto_advance: params.auto_advance ?? false,
    billing_reason: 'manual',
    collection_method: method,
    created: seconds(now),
    currency,
    customer: customer.id,
    customer_email: customer.email,
    customer_name: customer.name,
    default_payment_method: params.default_payment_method ?? null,
    description: params.description ?? null,
    due_date: dueDate,
    hosted_invoice_url: null,
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    number: null,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: 0,
    total: 0,
  };
  const total = pending.reduce((sum, { amount }) => sum + amount, 0);
  const invoice = store.put('invoice', withTotal(draft, total));
  emitEvent(context, 'invoice.created', invoice);
  return invoice;
}

/** From draft to open: it can be paid, and no longer changed. Nothing to pay is paid at once. */
export function finalizeInvoice(context: Context, id: string): InvoiceRow {
  const { store, now, settings } = context;
  const draft = invoiceOf(context, id);
  if (draft.status !== 'draft') {
    throw refused(
      'invoice_already_finalized',
      "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
    );
  }
  const open = store.put('invoice', {
    ...draft,
    status: 'open',
    number: `SANDBOX-${id.slice(-8).toUpperCase()}`,
    hosted_invoice_url: `${settings.publicUrl}/invoice/${id}`,
    status_transitions: { ...draft.status_transitions, finalized_at: seconds(now) },
  });
  emitEvent(context, 'invoice.finalized', open);
  if (open.amount_due === 0) return creditInvoice(context, open, 0);
  if (open.due_date !== null) context.schedule('invoice_due', id, open.due_date * 1_000);
  if (open.collection_method !== 'charge_automatically' || open.default_payment_method === null) return open;
  payInvoice(context, id, { method: open.default_payment_method });
  return invoiceOf(context, id);
}

/** The due date has passed. */
export function tellOverdue(context: Context, id: string): void {
  const invoice = invoiceOf(context, id);
  if (invoice.status === 'open') emitEvent(context, 'invoice.overdue', invoice);
}

/** A payment of all that remains, or of a part. Throws when the invoice takes no payment. */
export function payInvoice(
  context: Context,
  id: string,
  { amount, method = DEFAULT_METHOD }: { readonly amount?: number; readonly method?: string } = {},
): Paid {
  const { store, now } = context;
  const invoice = payable(context, id);
  const paying = amount ?? invoice.amount_remaining;
  const intent = createIntent(context, {
    amount: paying,
    currency: invoice.currency,
    customer: invoice.customer,
    description: invoice.description,
    metadata: invoice.metadata,
  });
  store.put('invoice_payment', {
    id: newId(context, 'inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: paying,
    created: seconds(now),
    currency: invoice.currency,
    invoice: id,
    is_default: amount === undefined,
    livemode: false,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  });
  return payIntent(context, intent, method);
}

/** Paid by other means than Stripe: no money moves here. */
export function payOutOfBand(context: Context, id: string): InvoiceRow {
  const invoice = payable(context, id);
  return creditInvoice(context, invoice, invoice.amount_remaining);
}

function payable(context: Context, id: string): InvoiceRow {
  const invoice = invoiceOf(context, id);
  if (invoice.status === 'paid') throw refused('invoice_already_paid', 'Invoice is already paid');
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw refused('invoice_not_payable', `This invoice is ${invoice.status} and takes no payment.`);
  }
  return invoice;
}

/** Ends an invoice for ever. A payment that is on its way forbids it. */
export function voidInvoice(context: Context, id: string): InvoiceRow {
  const { store, now } = context;
  const invoice = invoiceOf(context, id);
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw refused(
      'invoice_not_voidable',
      `You can only pass in open or uncollectible invoices. This invoice is ${invoice.status}.`,
    );
  }
  const payments = store.list('invoice_payment', 'invoice', id);
  if (payments.some(({ payment }) => store.get('payment_intent', payment.payment_intent)?.status === 'processing')) {
    throw refused('invoice_payment_processing', 'A payment of this invoice is processing; it cannot be voided now.');
  }
  const voided = store.put('invoice', {
    ...invoice,
    status: 'void',
    status_transitions: { ...invoice.status_transitions, voided_at: seconds(now) },
  });
  emitEvent(context, 'invoice.voided', voided);
  return voided;
}

export function markUncollectible(context: Context, id: string): InvoiceRow {
  const invoice = invoiceOf(context, id);
  if (invoice.status !== 'open') throw refused('invoice_not_open', `This invoice is ${invoice.status}, not open.`);
  const marked = context.store.put('invoice', {
    ...invoice,
    status: 'uncollectible',
    status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: seconds(context.now) },
  });
  emitEvent(context, 'invoice.marked_uncollectible', marked);
  return marked;
}
