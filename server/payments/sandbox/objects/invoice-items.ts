import Joi from 'joi';
import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { listV1 } from '../lists.ts';
import { currencyParam, expandParam, mergeMetadata, metadataParam, pageKeys, v1Params } from '../params.ts';
import type { PageParams } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { InvoiceItemRow, InvoiceRow, Metadata } from '../rows.ts';
import { invalidParam, resourceMissing } from '../stripe-trouble.ts';
import { customerOf } from './customers.ts';

interface ItemParams {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly description?: string;
  readonly invoice?: string;
  readonly metadata?: Metadata;
}

/** Negative amounts are credits; the invoice's total never falls below nothing here. */
const itemParams = v1Params<ItemParams>({
  amount: Joi.number().integer().min(-99_999_999_999).max(99_999_999_999).required(),
  currency: currencyParam.required(),
  customer: Joi.string().required(),
  description: Joi.string(),
  expand: expandParam,
  invoice: Joi.string(),
  metadata: metadataParam,
});

/** The items of an invoice, oldest first. */
export function itemsOf({ store }: Pick<Context, 'store'>, invoice: Pick<InvoiceRow, 'id' | 'customer'>) {
  return store.list('invoice_item', 'customer', invoice.customer).filter((item) => item.invoice === invoice.id);
}

function create(context: Context, params: ItemParams): InvoiceItemRow {
  const { store, now } = context;
  customerOf(context, params.customer, 'customer');
  const invoice = params.invoice === undefined ? null : draftFor(context, params.invoice, params);
  const item = store.put('invoice_item', {
    id: newId(context, 'ii'),
    object: 'invoiceitem',
    amount: params.amount,
    currency: params.currency,
    customer: params.customer,
    date: seconds(now),
    description: params.description ?? null,
    invoice: invoice?.id ?? null,
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
  });
  if (invoice !== null) store.put('invoice', withTotal(invoice, invoice.total + item.amount));
  return item;
}

function draftFor({ store }: Context, id: string, { customer, currency }: ItemParams): InvoiceRow {
  const invoice = store.get('invoice', id);
  if (invoice === undefined) throw resourceMissing('invoice', id, 'invoice');
  if (invoice.status !== 'draft') {
    throw invalidParam('invoice_not_editable', 'Invoice items can only be added to a draft invoice.', 'invoice');
  }
  if (invoice.customer !== customer)
    throw invalidParam('parameter_invalid', 'The invoice is for another customer.', 'invoice');
  if (invoice.currency !== currency) {
    throw invalidParam(
      'parameter_invalid',
      `The currency must be that of the invoice: ${invoice.currency}.`,
      'currency',
    );
  }
  return invoice;
}

/** A draft with that much on it. */
export function withTotal(invoice: InvoiceRow, total: number): InvoiceRow {
  const due = Math.max(total, 0);
  return { ...invoice, subtotal: total, total, amount_due: due, amount_remaining: due };
}

export const invoiceItemRoutes: readonly Route[] = [
  route('invoice_items.create', 'POST /v1/invoiceitems', itemParams, create),
  route(
    'invoice_items.retrieve',
    'GET /v1/invoiceitems/*',
    v1Params({ expand: expandParam }),
    ({ store }, _params, id) => {
      const item = store.get('invoice_item', id);
      if (item === undefined) throw resourceMissing('invoiceitem', id);
      return item;
    },
  ),
  route(
    'invoice_items.list',
    'GET /v1/invoiceitems',
    v1Params<PageParams & { customer?: string; invoice?: string; pending?: boolean }>({
      ...pageKeys,
      customer: Joi.string(),
      invoice: Joi.string(),
      pending: Joi.boolean(),
    }),
    (context, params) =>
      listV1(context, '/v1/invoiceitems', 'invoice_item', params, {
        ...(params.customer !== undefined && { index: 'customer', key: params.customer }),
        keep: ({ invoice }) =>
          (params.invoice === undefined || invoice === params.invoice) &&
          (params.pending === undefined || (invoice === null) === params.pending),
      }),
  ),
];
