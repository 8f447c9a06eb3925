import { applyPayment } from '../../programs/invoices/apply-payment.ts';
import { openAmount } from '../../programs/invoices/invoice-state.ts';
import type { DirectTransfer } from '../../programs/ledger/transfer.ts';
import { Refusal } from '../../programs/refusal.ts';
import { toLong } from '../database/longs.ts';
import { creditAccount, receivableAccount } from '../deposits/deposit-accounts.ts';
import { utcDay } from '../deposits/open-envelope.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { PaymentFact } from '../payments/payment-fact.ts';
import { providerOf } from '../payments/provider-of.ts';
import type { Services } from '../services.ts';
import { changeInvoice, factsOf, outstandingOf } from './change-invoice.ts';
import { endsAtProvider } from './credit-invoice.ts';
import type { InvoiceDocument } from './invoice-model.ts';
import type { PlatformPaymentDocument } from './platform-payment-model.ts';

export type InvoicePaid = Extract<PaymentFact, { kind: 'invoice_paid' }>;

type RecordServices = Pick<Services, 'ledger' | 'models' | 'clock' | 'payments'>;

/**
 * Books a payment of an invoice, once for each fact, whatever came before or after it: what is open is paid, what is beyond
 * becomes the policyholder's credit for the next invoice. Answers false when the fact was booked before.
 * Throws `invoice_not_found`, `payment_currency_wrong`: a person has to look.
 */
export async function recordInvoicePayment(services: RecordServices, fact: InvoicePaid): Promise<boolean> {
  const { factId, invoiceId, amount, provider } = fact;
  const changed = await changeInvoice(services, invoiceId, async (invoice) => {
    if (await services.models.platformPayments.exists({ _id: factId })) return undefined;
    assertCurrency(invoice, amount.currency);
    const { receivable, credit } = applyPayment({ ...factsOf(invoice), excess: invoice.excess }, amount.amount);
    const { policyId, platformId, currency } = invoice;
    const now = services.clock.now();
    const transfer = (part: string, more: Pick<DirectTransfer, 'kind' | 'credit' | 'amount'>): DirectTransfer[] =>
      more.amount === 0
        ? []
        : [
            {
              ...more,
              id: `${factId}:${part}`,
              type: 'posted',
              debit: providerOf(services, provider).clearingAccount(currency),
              effectiveOn: utcDay(now),
              refs: { invoiceId, policyId, platformId },
            },
          ];
    return {
      sums: { paid: invoice.paid + receivable, excess: invoice.excess + credit },
      transfers: [
        ...transfer('paid', {
          kind: 'invoice_paid',
          credit: receivableAccount(policyId, currency),
          amount: receivable,
        }),
        ...transfer('over', { kind: 'invoice_overpaid', credit: creditAccount(policyId, currency), amount: credit }),
      ],
      writes: [paymentWrite(fact, invoice, { kind: 'payment', booked: receivable, beside: credit }, now)],
      // Paid in full by another way than the one that collects it: it must not be collected any more.
      ...(invoice.delivery.provider === provider
        ? {}
        : endsAtProvider(invoice, outstandingOf(invoice) - receivable, now)),
      tell: (after) =>
        receivable === 0 ? undefined : openAmount(factsOf(after)) > 0 ? 'invoice.partly_paid' : 'invoice.paid',
    };
  });
  return changed !== undefined;
}

/** A payment counts only in the invoice's own currency. */
export function assertCurrency(invoice: InvoiceDocument, currency: string): void {
  if (invoice.currency === currency) return;
  throw new Refusal(
    'unprocessable',
    'payment_currency_wrong',
    `The invoice ${invoice._id} is in ${invoice.currency}, and ${currency} was paid.`,
  );
}

type Fact = Pick<InvoicePaid, 'factId' | 'amount' | 'provider' | 'providerRef' | 'occurredAt'>;

/** The payment's own document: that it is there means that it is booked. */
export function paymentWrite(
  { factId, amount, provider, providerRef, occurredAt }: Fact,
  { _id: invoiceId, platformId }: InvoiceDocument,
  { kind, booked, beside }: Pick<PlatformPaymentDocument, 'kind' | 'booked' | 'beside'>,
  now: number,
): UnitWrite {
  return {
    kind: 'insert',
    collection: 'platform_payments',
    document: {
      ...{ _id: factId, kind, platformId, invoiceId, currency: amount.currency, provider, providerRef },
      ...{ amount: toLong(amount.amount), booked: toLong(booked), beside: toLong(beside) },
      occurredAt: new Date(occurredAt),
      recordedAt: new Date(now),
    },
  };
}
