import { stringify } from 'csv-stringify/sync';
import Joi from 'joi';
import { formatInstant, type Instant } from '../../programs/calendar.ts';
import { invoiceState } from '../../programs/invoices/invoice-state.ts';
import { currencyAmount, sandboxMark } from '../http/validate.ts';
import { isSandbox } from '../payments/provider-of.ts';
import type { Services } from '../services.ts';
import { factsOf, outstandingOf } from './change-invoice.ts';
import type { InvoiceDocument } from './invoice-model.ts';
import type { PlatformPaymentDocument } from './platform-payment-model.ts';
import type { WholeInvoice } from './read-invoices.ts';
import type { ReceivableDocument } from './receivable-model.ts';

const STATES = ['draft', 'issued', 'partly_paid', 'overdue', 'paid', 'credited', 'void'] as const;

export const invoiceSchema = Joi.object({
  id: Joi.string(),
  kind: Joi.string().valid('invoice', 'credit_note').description('A credit note has a negative total.'),
  state: Joi.string()
    .valid(...STATES)
    .description('Cover already given stands whatever is open.'),
  policyId: Joi.string(),
  period: Joi.object({ from: Joi.string(), to: Joi.string() }).description(
    "Local days whose statements it collects, `[from, to)`, in the policy's zone.",
  ),
  issuedAt: Joi.string(),
  dueOn: Joi.string().description('The last local day to pay.'),
  statementCount: Joi.number().integer().description('Declared; equal to the number of lines.'),
  total: currencyAmount.description('Declared; equal to the sum of the lines.'),
  credited: currencyAmount.description('Credits used for it.'),
  paid: currencyAmount,
  writtenOff: currencyAmount,
  outstanding: currencyAmount,
  payUrl: Joi.string().optional().description('Where it can be paid.'),
  sandbox: sandboxMark,
  url: Joi.string(),
  csvUrl: Joi.string(),
}).meta({ title: 'Invoice' });

export const invoiceLineSchema = Joi.object({
  statementId: Joi.string(),
  productDay: Joi.string(),
  amount: currencyAmount.description(
    "The statement's total less what a deposit settled; negative where credits prevail.",
  ),
  statementTotal: currencyAmount,
  fromDeposit: currencyAmount,
  statementUrl: Joi.string(),
}).meta({ title: 'InvoiceLine' });

export const invoicePaymentSchema = Joi.object({
  id: Joi.string(),
  kind: Joi.string().valid('payment', 'refund', 'dispute_lost'),
  amount: currencyAmount,
  toInvoice: currencyAmount.description('Of the amount.'),
  toCredit: currencyAmount.description('Of the amount: beyond what was open.'),
  occurredAt: Joi.string(),
}).meta({ title: 'InvoicePayment' });

/** The state is of now: an invoice is overdue from the instant on at which it is, whenever a job comes by. */
export function renderInvoice(services: Pick<Services, 'payments'>, invoice: InvoiceDocument, now: Instant) {
  const { _id, kind, policyId, currency, periodFrom, periodTo, issuedAt, dueOn, statementCount, delivery } = invoice;
  const money = (amount: number) => ({ amount, currency });
  const outstanding = outstandingOf(invoice);
  return {
    id: _id,
    kind,
    state: invoiceState(factsOf(invoice), now),
    policyId,
    period: { from: periodFrom, to: periodTo },
    issuedAt: formatInstant(issuedAt.getTime()),
    dueOn,
    statementCount,
    total: money(invoice.total),
    credited: money(invoice.credited),
    paid: money(invoice.paid),
    writtenOff: money(invoice.writtenOff),
    outstanding: money(outstanding),
    ...(delivery.payUrl !== undefined && outstanding > 0 && { payUrl: delivery.payUrl }),
    sandbox: isSandbox(services, delivery.provider),
    url: `/v1/invoices/${_id}`,
    csvUrl: `/v1/invoices/${_id}.csv`,
  };
}

export function renderInvoiceLine({ _id, productDay, total, settled, currency }: ReceivableDocument) {
  const fromDeposit = settled ?? 0;
  return {
    statementId: _id,
    productDay,
    amount: { amount: total - fromDeposit, currency },
    statementTotal: { amount: total, currency },
    fromDeposit: { amount: fromDeposit, currency },
    statementUrl: `/v1/statements/${_id}`,
  };
}

export function renderInvoicePayment(payment: PlatformPaymentDocument) {
  const { _id, kind, amount, booked, beside, currency, occurredAt } = payment;
  return {
    id: _id,
    kind,
    amount: { amount, currency },
    toInvoice: { amount: booked, currency },
    toCredit: { amount: beside, currency },
    occurredAt: formatInstant(occurredAt.getTime()),
  };
}

const COLUMNS = [
  'invoice_id',
  'policy_id',
  'due_on',
  'statement_id',
  'product_day',
  'statement_total_minor',
  'from_deposit_minor',
  'amount_minor',
  'currency',
  'sandbox',
];

/** An invoice as CSV: a row for each statement on it, amounts in minor units; `sandbox` is `true` where none of it is real. */
export function invoiceCsv(services: Pick<Services, 'payments'>, { invoice, lines }: WholeInvoice): string {
  const sandbox = String(isSandbox(services, invoice.delivery.provider));
  const rows = lines.map(({ _id, productDay, total, settled, currency }) => [
    ...[invoice._id, invoice.policyId, invoice.dueOn, _id, productDay],
    ...[total, settled ?? 0, total - (settled ?? 0), currency, sandbox],
  ]);
  return stringify([COLUMNS, ...rows], { escape_formulas: true, record_delimiter: 'windows' });
}
