import type { Metadata } from './rows.ts';

/** Of API v2: a value in minor units. The currency is lower case, as in v1. */
export interface AmountV2 {
  readonly value: number;
  readonly currency: string;
}

/** A connected account or a recipient: created by v2, read by both versions. */
export interface AccountRow {
  readonly id: string;
  readonly object: 'v2.core.account';
  readonly applied_configurations: readonly string[];
  readonly closed: boolean;
  readonly contact_email: string | null;
  readonly created: string;
  readonly dashboard: string | null;
  readonly display_name: string | null;
  readonly identity: { readonly country: string; readonly entity_type: string | null };
  readonly livemode: false;
  readonly metadata: Metadata;
}

export interface PayoutMethodRow {
  readonly id: string;
  readonly object: 'v2.money_management.payout_method';
  readonly archived: boolean;
  readonly bank_account: {
    readonly bank_account_type: string;
    readonly bank_name: string;
    readonly branch_number?: string;
    readonly country: string;
    readonly last4: string;
    readonly routing_number?: string;
    readonly supported_currencies: readonly string[];
    readonly swift_code?: string;
  };
  readonly created: string;
  readonly latest_outbound_setup_intent: string;
  readonly livemode: false;
  readonly restricted: false;
  readonly type: 'bank_account';
  readonly usage_status: { readonly payments: 'eligible'; readonly transfers: 'eligible' };
}

/** What a payout method knows and does not answer. */
export interface PayoutMethodDetailRow {
  /** The payout method's id. */
  readonly id: string;
  readonly recipient: string;
  readonly accountNumber: string;
}

export interface OutboundSetupIntentRow {
  readonly id: string;
  readonly object: 'v2.money_management.outbound_setup_intent';
  readonly created: string;
  readonly livemode: false;
  readonly payout_method: PayoutMethodRow;
  readonly status: 'succeeded' | 'canceled';
  readonly usage_intent: 'payment' | 'transfer';
}

export type OutboundStatus = 'processing' | 'posted' | 'failed' | 'canceled' | 'returned';

export interface OutboundPaymentRow {
  readonly id: string;
  readonly object: 'v2.money_management.outbound_payment';
  readonly amount: AmountV2;
  readonly cancelable: boolean;
  readonly created: string;
  readonly description?: string;
  expected_arrival_date?: string;
  readonly from: { readonly debited: AmountV2; readonly financial_account: string };
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly recipient_notification: { readonly setting: 'configured' | 'none' };
  readonly statement_descriptor: string;
  readonly status: OutboundStatus;
  readonly status_details?: {
    readonly failed?: { readonly reason: string };
    readonly returned?: { readonly reason: string };
  };
  readonly status_transitions?: {
    readonly canceled_at?: string;
    readonly failed_at?: string;
    readonly posted_at?: string;
    readonly returned_at?: string;
  };
  readonly to: { readonly credited: AmountV2; readonly payout_method: string; readonly recipient: string };
}
