import Joi from 'joi';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, identifier, pageLimit } from '../http/validate.ts';
import { listInvoices, readInvoice } from './read-invoices.ts';
import {
  invoiceCsv,
  invoiceLineSchema,
  invoicePaymentSchema,
  invoiceSchema,
  renderInvoice,
  renderInvoiceLine,
  renderInvoicePayment,
} from './render-invoice.ts';

interface ListQuery {
  policyId?: string;
  open?: boolean;
  limit: number;
  cursor?: string;
}

const params = Joi.object<{ id: string }>({ id: Joi.string().pattern(/^inv_[0-9a-z]{1,40}$/) });
const tenant = "Only invoices of the platform of the key; another platform's answers 404 like an unknown one.";
const common = { tag: 'Invoices', allow: ['platform', 'operator'], scope: 'invoices:read', tenant } as const;

export const invoiceRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'get',
    path: '/v1/invoices',
    operationId: 'listInvoices',
    summary: 'Invoices and credit notes, newest first',
    description:
      'An invoice collects the statements of a cycle (daily, weekly, monthly, as agreed); each statement stands on one invoice. What was paid in excess, or credited, is used for the next.',
    query: Joi.object<ListQuery>({
      policyId: identifier.optional(),
      open: Joi.boolean().optional().description('Only those with something to pay.'),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of invoices.',
        schema: pageSchema(invoiceSchema),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { actor, query, receivedAt }) {
      const { policyId, open, limit } = query;
      const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['number', 'string']);
      const invoices = await listInvoices(services, { actor, policyId, open, limit, after });
      return pageReply(
        invoices,
        limit,
        ({ issuedAt, _id }) => [issuedAt.getTime(), _id],
        (invoice) => renderInvoice(services, invoice, receivedAt),
      );
    },
  }),
  // Before `/{id}`, whose pattern would take `inv_....csv` for an id.
  route({
    ...common,
    method: 'get',
    path: '/v1/invoices/{id}.csv',
    operationId: 'exportInvoice',
    summary: 'An invoice as CSV, a row for each statement',
    description: 'Amounts in minor units.',
    params,
    responses: { 200: { description: 'The lines.', contentType: 'text/csv', schema: Joi.string() } },
    problems: ['invoice_not_found'],
    async handle(services, { actor, params: { id } }) {
      const whole = await readInvoice(services, { actor, invoiceId: id });
      return {
        status: 200,
        headers: { 'Content-Disposition': `attachment; filename="invoice-${id}.csv"` },
        bytes: { type: 'text/csv; charset=utf-8', content: Buffer.from(invoiceCsv(services, whole)) },
      };
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/invoices/{id}',
    operationId: 'getInvoice',
    summary: 'An invoice with its statements and payments',
    params,
    responses: {
      200: {
        description: 'The invoice.',
        schema: Joi.object({
          invoice: invoiceSchema,
          lines: Joi.array().items(invoiceLineSchema),
          payments: Joi.array().items(invoicePaymentSchema),
        }),
      },
    },
    problems: ['invoice_not_found'],
    async handle(services, { actor, params: { id }, receivedAt }) {
      const { invoice, lines, payments } = await readInvoice(services, { actor, invoiceId: id });
      return {
        status: 200,
        json: {
          invoice: renderInvoice(services, invoice, receivedAt),
          lines: lines.map(renderInvoiceLine),
          payments: payments.map(renderInvoicePayment),
        },
      };
    },
  }),
];
