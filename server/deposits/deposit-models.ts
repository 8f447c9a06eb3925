import { Schema, type Connection } from 'mongoose';
import type { DepositLevel } from '../../programs/deposits/deposit-level.ts';
import { amount, count, date, text } from '../database/schema-fields.ts';
import type { ProviderName } from '../payments/payment-port.ts';

/** A platform's deposit beside its ledger account, which alone says how much is there. */
export interface DepositDocument {
  /** `<platformId>:<CUR>` */
  _id: string;
  platformId: string;
  currency: string;
  level: DepositLevel;
  /** Warn below so much; a BSON long. Follows the last top-up, or was set. */
  lowBelow: number;
  lowBelowSet: boolean;
  /** Events told so far. */
  sequence: number;
  /**
   * Payments and reversals booked so far, none where it is absent. Each splits its money by what the deposit holds and its
   * platform owes, and guards this: of two at once the second looks again.
   */
  payments?: number;
}

/** Money that a process took from a deposit to spend in memory (G21, M5): declared = drawn + returned. Amounts are longs. */
export interface EnvelopeDocument {
  _id: string;
  platformId: string;
  currency: string;
  amount: number;
  /** Which process spends it; for a person who looks. */
  owner: string;
  openedAt: Date;
  /** The owner spends nothing from it from here on. */
  expiresAt: Date;
  state: 'open' | 'closed';
  closedAt?: Date;
  /** Covers that carry its id, counted at the close. */
  covers?: number;
  drawn?: number;
  returned?: number;
}

/** The money of a product day of a prepaid policy (`PrepaidDay` in programs/deposits), in sums over its life; longs. */
export interface PrepaidDayDocument {
  /** The period's: `<policyId>/<productDay>`. */
  _id: string;
  policyId: string;
  platformId: string;
  productDay: string;
  currency: string;
  owed: number;
  drawn: number;
  applied: number;
  returned: number;
  charged: number;
  /** Something was drawn since the day was settled last. */
  due: boolean;
  revision: number;
}

/** Whose pages top up deposits: no other provider has any. */
export const TOP_UPS_BY: ProviderName = 'stripe';

/** A payment page on which a platform pays into its deposit. */
export interface TopUpDocument {
  /** Made of the platform and its own reference. */
  _id: string;
  platformId: string;
  reference: string;
  /** As asked for; a long. What was paid stands among the payments. */
  amount: number;
  currency: string;
  successUrl: string;
  cancelUrl: string;
  state: 'asked' | 'open' | 'paid' | 'refused';
  /** Stored before the provider is asked. */
  idempotencyKey: string;
  createdAt: Date;
  providerRef?: string;
  payUrl?: string;
  message?: string;
  paidAt?: Date;
}

const depositSchema = new Schema<DepositDocument>(
  {
    _id: text,
    platformId: text,
    currency: text,
    level: text,
    lowBelow: amount,
    lowBelowSet: { type: Boolean, required: true },
    sequence: count,
    payments: Number,
  },
  { collection: 'deposits', versionKey: false },
);

const envelopeSchema = new Schema<EnvelopeDocument>(
  {
    _id: text,
    platformId: text,
    currency: text,
    amount,
    owner: text,
    openedAt: date,
    expiresAt: date,
    state: text,
    closedAt: Date,
    covers: Number,
    drawn: Schema.Types.Mixed,
    returned: Schema.Types.Mixed,
  },
  { collection: 'envelopes', versionKey: false },
);

const prepaidDaySchema = new Schema<PrepaidDayDocument>(
  {
    _id: text,
    policyId: text,
    platformId: text,
    productDay: text,
    currency: text,
    owed: amount,
    drawn: amount,
    applied: amount,
    returned: amount,
    charged: amount,
    due: { type: Boolean, required: true },
    revision: count,
  },
  { collection: 'prepaid_days', versionKey: false },
);

const topUpSchema = new Schema<TopUpDocument>(
  {
    _id: text,
    platformId: text,
    reference: text,
    amount,
    currency: text,
    successUrl: text,
    cancelUrl: text,
    state: text,
    idempotencyKey: text,
    createdAt: date,
    providerRef: String,
    payUrl: String,
    message: String,
    paidAt: Date,
  },
  { collection: 'top_ups', versionKey: false },
);

export const declareDeposits = (connection: Connection) => connection.model('Deposit', depositSchema);
export const declareEnvelopes = (connection: Connection) => connection.model('Envelope', envelopeSchema);
export const declarePrepaidDays = (connection: Connection) => connection.model('PrepaidDay', prepaidDaySchema);
export const declareTopUps = (connection: Connection) => connection.model('TopUp', topUpSchema);
