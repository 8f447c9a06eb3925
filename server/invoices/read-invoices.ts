import type { ActorOf } from '../actor.ts';
import { tenantOf } from '../billing/list-statements.ts';
import type { Services } from '../services.ts';
import { invoiceNotFound } from './change-invoice.ts';
import type { InvoiceDocument } from './invoice-model.ts';
import type { PlatformPaymentDocument } from './platform-payment-model.ts';
import type { ReceivableDocument } from './receivable-model.ts';

export interface ListInvoices {
  readonly actor: ActorOf<'platform' | 'operator'>;
  readonly policyId?: string | undefined;
  /** Only those with something open. */
  readonly open?: boolean | undefined;
  readonly limit: number;
  /** Goes on after this invoice: when it was issued, and its id. */
  readonly after?: readonly [issuedAt: number, invoiceId: string] | undefined;
}

/** Invoices and credit notes, newest first, one more than the limit when there are more; a platform sees its own only. */
export async function listInvoices(
  { models }: Pick<Services, 'models'>,
  { actor, policyId, open, limit, after }: ListInvoices,
): Promise<readonly InvoiceDocument[]> {
  const mine = {
    ...tenantOf(actor),
    ...(policyId !== undefined && { policyId }),
    ...(open === true && { state: { $in: OPEN } }),
  };
  const rest = after && [
    { ...mine, issuedAt: new Date(after[0]), _id: { $lt: after[1] } },
    { ...mine, issuedAt: { $lt: new Date(after[0]) } },
  ];
  return models.invoices
    .find(rest ? { $or: rest } : mine)
    .sort({ issuedAt: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
}

const OPEN: InvoiceDocument['state'][] = ['draft', 'issued', 'partly_paid', 'overdue'];

/** An invoice with everything that stands on it. */
export interface WholeInvoice {
  readonly invoice: InvoiceDocument;
  /** The statements that it bills, in the order of their product days. */
  readonly lines: readonly ReceivableDocument[];
  readonly payments: readonly PlatformPaymentDocument[];
}

/** An invoice of the actor's own. Throws `not_found` `invoice_not_found`, also for another platform's. */
export async function readInvoice(
  { models }: Pick<Services, 'models'>,
  { actor, invoiceId }: { readonly actor: ActorOf<'platform' | 'operator'>; readonly invoiceId: string },
): Promise<WholeInvoice> {
  const invoice = await models.invoices.findOne({ _id: invoiceId, ...tenantOf(actor) }).lean();
  if (invoice === null) throw invoiceNotFound(invoiceId);
  const [lines, payments] = await Promise.all([
    // The type as well: else the partial index is not used.
    models.receivables
      .find({ invoiceId: { $eq: invoiceId, $type: 'string' } })
      .sort({ productDay: 1, _id: 1 })
      .lean(),
    models.platformPayments.find({ invoiceId }).sort({ occurredAt: 1, _id: 1 }).lean(),
  ]);
  return { invoice, lines, payments };
}
