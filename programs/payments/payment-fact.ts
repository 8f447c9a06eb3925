import type { Instant } from '../calendar.ts';
import type { Money } from '../money.ts';

/** `stripe` is Stripe itself or, without a key of it, the sandbox behind the same SDK. */
export type ProviderName = 'stripe' | 'bank_file';

/** A payout as the provider's books have it. */
export interface ProviderPayout {
  readonly providerRef: string;
  readonly payoutId: string;
  readonly attempt: number;
  readonly state: 'processing' | 'posted' | 'failed' | 'canceled' | 'returned';
  readonly amount: Money;
  readonly createdAt: Instant;
  /** The provider's words for a failure or a return. */
  readonly message?: string;
  /** Its code for it, by which a payee at fault is told from what passes. */
  readonly code?: string;
}

/** What a payment was for, as we told the provider when we asked for it. */
export type PaymentPurpose = { readonly invoiceId: string } | { readonly topUpId: string; readonly platformId: string };

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
   * A provider settled a payment into cash: gross, and its fee apart; `server/payments/book-settlement.ts`. `gross` is
   * negative when the provider took money out again (refund, dispute), `fee` when it gave one back; either may be zero.
   * `providerRef` is the balance transaction's. `of`: whether it is a payment that was made or given back, or one that is
   * in dispute, taken out when the case opens and put back when it is won; absent in facts that were kept before the two
   * stood apart, which are booked as payments.
   */
  | (Common & {
      readonly kind: 'payment_settled';
      readonly gross: Money;
      readonly fee: Money;
      readonly of?: 'payment' | 'dispute';
    })
  /** A payer's money went back (refund), or was taken back (lost dispute); of an invoice or a top-up. */
  | (Common & {
      readonly kind: 'payment_reversed';
      readonly cause: 'refund' | 'dispute_lost';
      readonly of: PaymentPurpose;
      readonly amount: Money;
    })
  /** Money on a bank account that names nothing we know; `server/payments/book-unidentified.ts`. */
  | (Common & { readonly kind: 'bank_received'; readonly amount: Money; readonly text: string });

export type PaymentFactKind = PaymentFact['kind'];
export type FactOf<K extends PaymentFactKind> = Extract<PaymentFact, { kind: K }>;
