import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import { availableIn, creditAccount, receivableAccount } from '../deposits/deposit-accounts.ts';
import { utcDay } from '../deposits/open-envelope.ts';
import type { Services } from '../services.ts';
import { changeInvoice, outstandingOf, type InvoiceChange } from './change-invoice.ts';
import type { InvoiceDocument } from './invoice-model.ts';

interface OperatorOnInvoice {
  readonly actor: ActorOf<'operator'>;
  readonly invoiceId: string;
}

/** What was sent to a provider and is settled now must end there. */
export const endsAtProvider = (
  { delivery }: InvoiceDocument,
  left: number,
  now: Instant,
): Pick<InvoiceChange, 'delivery'> =>
  left > 0 || delivery.state !== 'sent'
    ? {}
    : { delivery: { ...delivery, state: 'to_void', nextTryAt: new Date(now) } };

/**
 * Uses the policyholder's credit (what was paid in excess or credited) for an open invoice, as far as it reaches, instead of
 * leaving it to the next one. Throws `invoice_not_found`, `invoice_not_open`, `no_credit_kept`.
 */
export async function creditInvoice(
  services: Services,
  { actor, invoiceId }: OperatorOnInvoice,
): Promise<InvoiceDocument> {
  const credited = await changeInvoice(services, invoiceId, async (invoice, attempt) => {
    const { policyId, platformId, currency, version } = invoice;
    const outstanding = mustBeOpen(invoice);
    const now = services.clock.now();
    const held = creditAccount(policyId, currency);
    const amount = Math.min(outstanding, await availableIn(services, held));
    if (amount <= 0) {
      throw new Refusal('conflict', 'no_credit_kept', `Nothing is kept for the policyholder of ${policyId}.`);
    }
    return {
      sums: { credited: invoice.credited + amount },
      ...endsAtProvider(invoice, outstanding - amount, now),
      transfers: [
        {
          id: `${invoiceId}:credit:${version}:${attempt}`,
          kind: 'credit_applied',
          type: 'posted',
          debit: held,
          credit: receivableAccount(policyId, currency),
          amount,
          effectiveOn: utcDay(now),
          refs: { invoiceId, policyId, platformId },
        },
      ],
      tell: () => 'invoice.credited',
    };
  });
  if (!credited) throw new Error(`The invoice ${invoiceId} was credited by a unit that is there already.`);
  services.log.info({ invoiceId, actor: actorName(actor) }, 'credit used for an invoice');
  return credited;
}

/**
 * Gives up what is open of an invoice: a loss, with who decided it and why. Cover already given stands. Throws
 * `invoice_not_found`, `invoice_not_open`.
 */
export async function writeOffInvoice(
  services: Services,
  { actor, invoiceId, because }: OperatorOnInvoice & { readonly because: string },
): Promise<InvoiceDocument> {
  const written = await changeInvoice(services, invoiceId, async (invoice) => {
    const { policyId, platformId, currency, version } = invoice;
    const amount = mustBeOpen(invoice);
    const now = services.clock.now();
    return {
      sums: { writtenOff: invoice.writtenOff + amount },
      ...endsAtProvider(invoice, 0, now),
      note: { by: actorName(actor), because, at: new Date(now) },
      transfers: [
        {
          id: `${invoiceId}:write_off:${version}`,
          kind: 'written_off',
          type: 'posted',
          debit: `parasol:write_off:${currency}`,
          credit: receivableAccount(policyId, currency),
          amount,
          effectiveOn: utcDay(now),
          refs: { invoiceId, policyId, platformId },
        },
      ],
    };
  });
  if (!written) throw new Error(`The invoice ${invoiceId} was written off by a unit that is there already.`);
  services.log.info({ invoiceId, actor: actorName(actor), because }, 'invoice written off');
  return written;
}

function mustBeOpen(invoice: InvoiceDocument): number {
  const outstanding = outstandingOf(invoice);
  if (outstanding > 0) return outstanding;
  throw new Refusal('conflict', 'invoice_not_open', `Nothing is open of the invoice ${invoice._id}.`);
}
