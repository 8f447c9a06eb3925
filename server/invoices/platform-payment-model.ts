import { Schema, type Connection } from 'mongoose';
import type { ProviderName } from '../payments/payment-port.ts';
import { amount, date, text } from '../database/schema-fields.ts';

/** Money that a platform paid, or that went back to it: one document for each fact of a provider, so that it is booked once. */
export interface PlatformPaymentDocument {
  /** The fact's id. */
  _id: string;
  kind: 'payment' | 'refund' | 'dispute_lost';
  platformId: string;
  /** One of the two. */
  invoiceId?: string;
  topUpId?: string;
  /** Above zero; a BSON long, as its parts are. */
  amount: number;
  currency: string;
  /** Of the amount: against the invoice, or the deposit. */
  booked: number;
  /**
   * Of the amount: the policyholder's credit. Of a top-up: what it paid of the platform's debt; of one taken back after it
   * was spent: what the platform owes.
   */
  beside: number;
  provider: ProviderName;
  providerRef: string;
  occurredAt: Date;
  recordedAt: Date;
}

const schema = new Schema<PlatformPaymentDocument>(
  {
    _id: text,
    kind: text,
    platformId: text,
    invoiceId: String,
    topUpId: String,
    amount,
    currency: text,
    booked: amount,
    beside: amount,
    provider: text,
    providerRef: text,
    occurredAt: date,
    recordedAt: date,
  },
  { collection: 'platform_payments', versionKey: false },
);

export const declarePlatformPayments = (connection: Connection) => connection.model('PlatformPayment', schema);
