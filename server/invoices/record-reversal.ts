import { recordTopUpReversal } from '../deposits/record-top-up-reversal.ts';
import type { FactOf } from '../payments/payment-fact.ts';
import type { Services } from '../services.ts';
import { recordInvoiceReversal } from './record-invoice-reversal.ts';

/** Books a payment that went back to its payer, by what it had paid: an invoice, or a deposit's top-up. Once for each fact. */
export async function recordReversal(services: Services, fact: FactOf<'payment_reversed'>): Promise<void> {
  const { of } = fact;
  if ('invoiceId' in of) await recordInvoiceReversal(services, { ...fact, of });
  else await recordTopUpReversal(services, { ...fact, of });
}
