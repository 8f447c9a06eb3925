import { applyReversal } from '../../programs/invoices/apply-payment.ts';
import type { DirectTransfer } from '../../programs/ledger/transfer.ts';
import { availableIn, creditAccount, receivableAccount } from '../deposits/deposit-accounts.ts';
import { utcDay } from '../deposits/open-envelope.ts';
import { wentBackFrom } from '../payments/disputed-account.ts';
import type { PaymentFact } from '../payments/payment-fact.ts';
import type { Services } from '../services.ts';
import { changeInvoice, factsOf } from './change-invoice.ts';
import { assertCurrency, paymentWrite } from './record-invoice-payment.ts';

/** A payment of an invoice that went back: a refund, or a lost dispute. */
export type InvoiceReversed = Extract<PaymentFact, { kind: 'payment_reversed' }> & {
  readonly of: { readonly invoiceId: string };
};

type ReversalServices = Pick<Services, 'ledger' | 'models' | 'clock' | 'payments'>;

/**
 * Books a payment that went back, once for each fact, also before the payment itself is known: it takes what was paid in
 * excess, if that is still there, and opens the invoice again by the rest. Answers false when it was booked before.
 * Throws `invoice_not_found`, `payment_currency_wrong`.
 */
export async function recordInvoiceReversal(services: ReversalServices, fact: InvoiceReversed): Promise<boolean> {
  const { factId, of, amount, cause } = fact;
  const changed = await changeInvoice(services, of.invoiceId, async (invoice, attempt) => {
    if (await services.models.platformPayments.exists({ _id: factId })) return undefined;
    assertCurrency(invoice, amount.currency);
    const { _id: invoiceId, policyId, platformId, currency } = invoice;
    const held = creditAccount(policyId, currency);
    const available = await availableIn(services, held);
    const split = applyReversal({ ...factsOf(invoice), excess: invoice.excess }, amount.amount, available);
    const now = services.clock.now();
    const transfer = (part: string, debit: string, moved: number): DirectTransfer[] =>
      moved === 0
        ? []
        : [
            {
              id: `${factId}:${part}:${attempt}`,
              kind: cause === 'refund' ? 'payment_refunded' : 'payment_disputed',
              type: 'posted',
              debit,
              credit: wentBackFrom(services, fact),
              amount: moved,
              effectiveOn: utcDay(now),
              refs: { invoiceId, policyId, platformId },
            },
          ];
    return {
      sums: { paid: invoice.paid - split.receivable, excess: invoice.excess - split.credit },
      transfers: [
        ...transfer('opened', receivableAccount(policyId, currency), split.receivable),
        ...transfer('over', held, split.credit),
      ],
      writes: [paymentWrite(fact, invoice, { kind: cause, booked: split.receivable, beside: split.credit }, now)],
      tell: () => (split.receivable > 0 ? 'invoice.reopened' : undefined),
    };
  });
  return changed !== undefined;
}
