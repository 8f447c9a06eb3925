import { Schema, type Connection } from 'mongoose';
import type { BillingCycle } from '../../programs/invoices/billing-terms.ts';
import type { ProviderName } from '../payments/payment-port.ts';
import { count, date, text } from '../database/schema-fields.ts';

/**
 * How a policy is billed; without a document of its own the default holds. Apart from the policy's revisions: these decide
 * covers and are read on the hot path, this is agreed with somebody's accountant, and an invoice freezes what it used.
 */
export interface BillingTermsDocument {
  /** The policy's id. */
  _id: string;
  cycle: BillingCycle;
  dueDays: number;
  /** Who collects. */
  provider: ProviderName;
  setAt: Date;
  setBy: string;
}

const schema = new Schema<BillingTermsDocument>(
  {
    _id: text,
    cycle: text,
    dueDays: count,
    provider: text,
    setAt: date,
    setBy: text,
  },
  { collection: 'billing_terms', versionKey: false },
);

export const declareBillingTerms = (connection: Connection) => connection.model('BillingTerms', schema);
