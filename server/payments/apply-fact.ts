import type { Instant } from '../../programs/calendar.ts';
import { recordTopUp } from '../deposits/record-top-up.ts';
import { recordInvoicePayment } from '../invoices/record-invoice-payment.ts';
import { recordReversal } from '../invoices/record-reversal.ts';
import type { Services } from '../services.ts';
import { applyPayoutFact } from '../payouts/apply-payout-fact.ts';
import { bookSettlement } from './book-settlement.ts';
import { bookUnidentified } from './book-unidentified.ts';
import type { FactOf, PaymentFact, PaymentFactKind } from './payment-fact.ts';

export interface Applying {
  /** From 1; rises only when a person decided that a refused booking is tried anew (M2). */
  readonly decision: number;
  readonly now: Instant;
}

/**
 * Books what a provider told. Idempotent by `factId`, takes facts late, twice and out of order; a `Refusal` says that it
 * cannot be booked, and becomes an exception for a person.
 */
export type FactApplier<K extends PaymentFactKind> = (
  services: Services,
  fact: FactOf<K>,
  applying: Applying,
) => Promise<void>;

export type FactAppliers = { readonly [K in PaymentFactKind]: FactApplier<K> };

/** Which use case applies which fact. */
export const FACT_APPLIERS: FactAppliers = {
  payout_changed: applyPayoutFact,
  invoice_paid: async (services, fact) => void (await recordInvoicePayment(services, fact)),
  top_up_paid: async (services, fact) => void (await recordTopUp(services, fact)),
  payment_reversed: recordReversal,
  payment_settled: bookSettlement,
  bank_received: bookUnidentified,
};

/** Applies one fact through its use case; throws what that throws. */
export async function applyFact(
  services: Services,
  fact: PaymentFact,
  applying: Applying,
  appliers: FactAppliers = FACT_APPLIERS,
): Promise<void> {
  switch (fact.kind) {
    case 'payout_changed':
      return appliers.payout_changed(services, fact, applying);
    case 'invoice_paid':
      return appliers.invoice_paid(services, fact, applying);
    case 'top_up_paid':
      return appliers.top_up_paid(services, fact, applying);
    case 'payment_reversed':
      return appliers.payment_reversed(services, fact, applying);
    case 'payment_settled':
      return appliers.payment_settled(services, fact, applying);
    case 'bank_received':
      return appliers.bank_received(services, fact, applying);
  }
}
