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
import type { CreditNoteRow, InvoiceRow, Metadata } from '../rows.ts';
import { invalidParam, refused, resourceMissing } from '../stripe-trouble.ts';
import { creditInvoice } from './payment-follow-ups.ts';
import {
  createInvoice,
  finalizeInvoice,
  invoiceOf,
  markUncollectible,
  payInvoice,
  payOutOfBand,
  voidInvoice,
} from './invoices.ts';
import type { InvoiceParams } from './invoices.ts';

const createParams = v1Params<InvoiceParams>({
  auto_advance: Joi.boolean(),
  collection_method: Joi.string().valid('charge_automatically', 'send_invoice'),
  currency: currencyParam,
  customer: Joi.string().required(),
  days_until_due: Joi.number().integer().min(0),
  default_payment_method: Joi.string(),
  description: Joi.string(),
  due_date: Joi.number().integer(),
  expand: expandParam,
  footer: Joi.string(),
  metadata: metadataParam,
  pending_invoice_items_behavior: Joi.string().valid('exclude', 'include'),
  statement_descriptor: Joi.string().max(22),
});

interface UpdateParams {
  readonly description?: string;
  readonly metadata?: Metadata;
}

function update(context: Context, params: UpdateParams, id: string): InvoiceRow {
  const invoice = invoiceOf(context, id);
  const { description = invoice.description } = params;
  const metadata = mergeMetadata(invoice.metadata, params.metadata);
  return context.store.put('invoice', { ...invoice, description, metadata });
}

interface PayParams {
  readonly paid_out_of_band?: boolean;
  readonly payment_method?: string;
}

function pay(context: Context, params: PayParams, id: string): object {
  if (params.paid_out_of_band === true) return payOutOfBand(context, id);
  const { default_payment_method: usual } = invoiceOf(context, id);
  const method = params.payment_method ?? usual;
  if (method === null) throw refused('missing_payment_method', 'There is no payment method to pay this invoice with.');
  const { declined } = payInvoice(context, id, { method });
  return declined ?? invoiceOf(context, id);
}

function send(context: Context, id: string): InvoiceRow {
  const invoice = invoiceOf(context, id);
  const sent = invoice.status === 'draft' ? finalizeInvoice(context, id) : invoice;
  emitEvent(context, 'invoice.sent', sent);
  return sent;
}

interface CreditParams {
  readonly amount: number;
  readonly invoice: string;
  readonly memo?: string;
  readonly metadata?: Metadata;
  readonly reason?: string;
}

/** Takes from what an open invoice still asks for; credits after payment are refunds here. */
function credit(context: Context, params: CreditParams): CreditNoteRow {
  const { store, now } = context;
  const { amount } = params;
  const invoice = invoiceOf(context, params.invoice, 'invoice');
  if (invoice.status !== 'open') {
    throw refused('invoice_not_open', `The sandbox credits open invoices only; this one is ${invoice.status}.`);
  }
  if (amount > invoice.amount_remaining) {
    throw invalidParam(
      'amount_too_large',
      `The credit (${amount}) is greater than what remains (${invoice.amount_remaining}).`,
      'amount',
    );
  }
  const id = newId(context, 'cn');
  const note = store.put('credit_note', {
    id,
    object: 'credit_note',
    amount,
    created: seconds(now),
    currency: invoice.currency,
    customer: invoice.customer,
    invoice: invoice.id,
    livemode: false,
    memo: params.memo ?? null,
    metadata: mergeMetadata({}, params.metadata),
    number: `${invoice.number ?? invoice.id}-CN-${id.slice(-4)}`,
    reason: params.reason ?? null,
    status: 'issued',
    total: amount,
    type: 'pre_payment',
  });
  emitEvent(context, 'credit_note.created', note);
  const credits = invoice.pre_payment_credit_notes_amount + amount;
  const due = invoice.amount_due - amount;
  creditInvoice(context, { ...invoice, amount_due: due, pre_payment_credit_notes_amount: credits }, 0);
  return note;
}

const onlyKeys = { expand: expandParam };
const only = v1Params(onlyKeys);

export const invoiceRoutes: readonly Route[] = [
  route('invoices.create', 'POST /v1/invoices', createParams, createInvoice),
  route(
    'invoices.finalize',
    'POST /v1/invoices/*/finalize',
    v1Params({ ...onlyKeys, auto_advance: Joi.boolean() }),
    (context, _params, id) => finalizeInvoice(context, id),
  ),
  route(
    'invoices.pay',
    'POST /v1/invoices/*/pay',
    v1Params<PayParams>({
      ...onlyKeys,
      off_session: Joi.boolean(),
      paid_out_of_band: Joi.boolean(),
      payment_method: Joi.string(),
    }),
    pay,
  ),
  route('invoices.send', 'POST /v1/invoices/*/send', only, (context, _params, id) => send(context, id)),
  route('invoices.void', 'POST /v1/invoices/*/void', only, (context, _params, id) => voidInvoice(context, id)),
  route('invoices.mark_uncollectible', 'POST /v1/invoices/*/mark_uncollectible', only, (context, _params, id) =>
    markUncollectible(context, id),
  ),
  route(
    'invoices.update',
    'POST /v1/invoices/*',
    v1Params<UpdateParams>({ ...onlyKeys, description: Joi.string(), metadata: metadataParam }),
    update,
  ),
  route('invoices.delete', 'DELETE /v1/invoices/*', only, ({ store }, _params, id) => {
    const { status } = invoiceOf({ store }, id);
    if (status !== 'draft')
      throw refused('invoice_not_editable', `You can only delete draft invoices; this one is ${status}.`);
    store.remove('invoice', id);
    return { id, object: 'invoice', deleted: true };
  }),
  route('invoices.retrieve', 'GET /v1/invoices/*', only, (context, _params, id) => invoiceOf(context, id)),
  route(
    'invoices.list',
    'GET /v1/invoices',
    v1Params<PageParams & { customer?: string; status?: string }>({
      ...pageKeys,
      customer: Joi.string(),
      status: Joi.string().valid('draft', 'open', 'paid', 'uncollectible', 'void'),
    }),
    (context, params) =>
      listV1(context, '/v1/invoices', 'invoice', params, {
        ...(params.customer !== undefined && { index: 'customer', key: params.customer }),
        keep: ({ status }) => params.status === undefined || status === params.status,
      }),
  ),
  route('invoice_payments.retrieve', 'GET /v1/invoice_payments/*', only, ({ store }, _params, id) => {
    const payment = store.get('invoice_payment', id);
    if (payment === undefined) throw resourceMissing('invoice_payment', id);
    return payment;
  }),
  route(
    'invoice_payments.list',
    'GET /v1/invoice_payments',
    v1Params<PageParams & { invoice?: string; status?: string; payment?: { payment_intent?: string } }>({
      ...pageKeys,
      invoice: Joi.string(),
      payment: Joi.object({ type: Joi.string().valid('payment_intent').required(), payment_intent: Joi.string() }),
      status: Joi.string().valid('canceled', 'open', 'paid'),
    }),
    (context, params) =>
      listV1(context, '/v1/invoice_payments', 'invoice_payment', params, {
        ...(params.invoice !== undefined && { index: 'invoice', key: params.invoice }),
        ...(params.payment?.payment_intent !== undefined && {
          ...{ index: 'payment_intent', key: params.payment.payment_intent },
        }),
        keep: ({ status }) => params.status === undefined || status === params.status,
      }),
  ),
  route(
    'credit_notes.create',
    'POST /v1/credit_notes',
    v1Params<CreditParams>({
      ...onlyKeys,
      amount: amountParam.required(),
      invoice: Joi.string().required(),
      memo: Joi.string(),
      metadata: metadataParam,
      reason: Joi.string().valid('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory'),
    }),
    credit,
  ),
  route(
    'credit_notes.list',
    'GET /v1/credit_notes',
    v1Params<PageParams & { invoice?: string }>({ ...pageKeys, invoice: Joi.string() }),
    (context, params) =>
      listV1(context, '/v1/credit_notes', 'credit_note', params, {
        ...(params.invoice !== undefined && { index: 'invoice', key: params.invoice }),
      }),
  ),
];
