import type { Instant } from '../../programs/calendar.ts';
import type { AccountId } from '../../programs/ledger/chart.ts';
import type { Money } from '../../programs/money.ts';
import type { ProviderName, ProviderPayout } from '../../programs/payments/payment-fact.ts';

export type { ProviderName, ProviderPayout };

/** Where a payee's money goes; decrypted only for the moment of the call, never logged. */
export type PayeeDestination =
  | {
      readonly kind: 'bank_account';
      readonly holder: string;
      /** ISO 3166 alpha-2. */
      readonly country: string;
      readonly bankCode: string;
      readonly accountNumber: string;
    }
  | { readonly kind: 'wallet'; readonly scheme: 'alipay' | 'wechat'; readonly handle: string }
  | { readonly kind: 'connected_account'; readonly accountId: string };

/** One attempt of one payout, as a provider is asked for it. */
export interface PayoutOrder {
  /** The payout's id: `transfer_group` and metadata at the provider, by which it is found again. */
  readonly payoutId: string;
  /** From 1; a new one only after the one before is proved dead. */
  readonly attempt: number;
  /** Stored before the call; the same attempt never goes out under another key. */
  readonly idempotencyKey: string;
  readonly amount: Money;
  readonly destination: PayeeDestination;
  /** What the payee reads on the bank statement; no health data. */
  readonly statementText: string;
}

/** What is certain after asking. `unknown` is not an error: it is reconciled, never retried under another key. */
export type SendAnswer =
  | { readonly outcome: 'sent'; readonly providerRef: string; readonly state: 'processing' | 'posted' }
  /** Certain: nothing moved and nothing will under this key. `code` is the provider's. */
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }
  /** Certain: nothing moved; the same key may be sent again later (rate limit, running twin, provider down before the effect). */
  | { readonly outcome: 'try_again'; readonly code: string; readonly message: string }
  | { readonly outcome: 'unknown'; readonly message: string };

/** A bill for a platform, to be collected by the provider's means (Stripe invoice, bank demand). */
export interface InvoiceOrder {
  readonly invoiceId: string;
  readonly platformId: string;
  readonly platformName: string;
  /** Where the bill is mailed; Stripe mails none without it. */
  readonly email?: string;
  readonly amount: Money;
  readonly dueAt: Instant;
  readonly description: string;
  readonly idempotencyKey: string;
}

export type InvoiceAnswer =
  | { readonly outcome: 'sent'; readonly providerRef: string; readonly payUrl?: string }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }
  | { readonly outcome: 'try_again'; readonly code: string; readonly message: string }
  | { readonly outcome: 'unknown'; readonly message: string };

/** A payment page that tops up a deposit. */
export interface TopUpOrder {
  readonly topUpId: string;
  readonly platformId: string;
  readonly amount: Money;
  readonly idempotencyKey: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

/** A way in and out for money. Network calls, so never inside a transaction; every method is safe to call again. */
export interface PaymentProvider {
  readonly name: ProviderName;
  /** Whether a person could mistake what it does for real money moving, and must be told that it does not. */
  readonly sandbox: boolean;
  /** Where its settled money is booked (M6). */
  cashAccount(currency: string): AccountId;
  /** Where money stands that a payer has paid and the provider has not settled. */
  clearingAccount(currency: string): AccountId;
  sendPayout(order: PayoutOrder): Promise<SendAnswer>;
  /** All it has of a payout, by `transfer_group` and metadata. Throws `unavailable` / `provider_unavailable` when that cannot be told. */
  findPayouts(payoutId: string): Promise<readonly ProviderPayout[]>;
  sendInvoice(order: InvoiceOrder): Promise<InvoiceAnswer>;
  /** Ends what can still be paid of an invoice; certain when it returns. Throws `unavailable` / `provider_unavailable`. */
  voidInvoice(invoiceId: string, providerRef: string): Promise<void>;
  openTopUp(order: TopUpOrder): Promise<InvoiceAnswer>;
}
