import type { Instant } from '../../programs/calendar.ts';
import type { Money } from '../../programs/money.ts';
import type { ProviderName, ProviderPayout } from './payment-port.ts';

interface Common {
  readonly provider: ProviderName;
  /** Deterministic by the provider's object and what became of it: a repetition has the same id. */
  readonly factId: string;
  /** When it happened, as the provider says. */
  readonly occurredAt: Instant;
  readonly providerRef: string;
}

/**
 * What a provider says happened: folded from its webhooks, found by reconciliation, or read from a bank's statement. Each
 * kind is applied by one use case, which is idempotent by `factId` and takes facts late, twice and out of order.
 */
export type PaymentFact =
  /** Applied by `server/payouts/record-payout-outcome.ts`. */
  | (Common & { readonly kind: 'payout_changed'; readonly payout: ProviderPayout })
  /** Money for an invoice was paid, wholly or in part; `server/invoices/record-invoice-payment.ts`. */
  | (Common & { readonly kind: 'invoice_paid'; readonly invoiceId: string; readonly amount: Money })
  /** A deposit's top-up was paid (never booked before); `server/deposits/record-top-up.ts`. */
  | (Common & {
      readonly kind: 'top_up_paid';
      readonly topUpId: string;
      readonly platformId: string;
      readonly amount: Money;
    })
  /**
   * A provider settled a payment into cash: gross, and its fee apart; `server/payments/book-settlement.ts`. `fee` may be zero.
   * `providerRef` is the balance transaction's.
   */
  | (Common & { readonly kind: 'payment_settled'; readonly gross: Money; readonly fee: Money })
  /** A payer's money went back (refund), or was taken back (lost dispute); of an invoice or a top-up. */
  | (Common & {
      readonly kind: 'payment_reversed';
      readonly cause: 'refund' | 'dispute_lost';
      readonly of: { readonly invoiceId: string } | { readonly topUpId: string; readonly platformId: string };
      readonly amount: Money;
    })
  /** Money on a bank account that names nothing we know; `server/payments/book-unidentified.ts`. */
  | (Common & { readonly kind: 'bank_received'; readonly amount: Money; readonly text: string });
