import { Schema, type Connection } from 'mongoose';
import type { PremiumFigures } from '../../programs/premium/reconcile-premium.ts';
import { deterministicId } from '../database/ids.ts';
import { amount, count, date, text } from '../database/schema-fields.ts';

/**
 * - `issued`: something is to be paid out, and no payout was made yet;
 * - `payout_created`: the payout is under way or done; what became of it stands on the payout;
 * - `nothing_to_pay`: all of it was netted, or credits prevailed.
 */
export type SettlementState = 'issued' | 'payout_created' | 'nothing_to_pay';

/** A month settled with a carrier in one currency. All amounts are minor units, BSON longs. */
export interface SettlementDocument {
  _id: string;
  carrierId: string;
  /** `YYYY-MM`, closed in the books. */
  month: string;
  currency: string;
  bordereauId: string;
  state: SettlementState;
  createdAt: Date;
  createdBy: string;
  statementCount: number;
  lineCount: number;
  /** Counted in five ways when it was made, and equal. */
  figures: PremiumFigures;
  /** The premium and its parts: payable + commission + levies = premium. */
  premium: number;
  /** The carrier's share. */
  payable: number;
  commission: number;
  levies: { authority: string; amount: number }[];
  /** payable + carriedIn = netted + toPay + carriedOut */
  carriedIn: number;
  netted: number;
  toPay: number;
  carriedOut: number;
  payoutId?: string;
}

/** One settlement for a carrier, month and currency: making it again is the same one. */
export const settlementIdOf = (carrierId: string, month: string, currency: string): string =>
  deterministicId('stl', carrierId, month, currency);

const schema = new Schema<SettlementDocument>(
  {
    _id: text,
    carrierId: text,
    month: text,
    currency: text,
    bordereauId: text,
    state: text,
    createdAt: date,
    createdBy: text,
    statementCount: count,
    lineCount: count,
    figures: amount,
    premium: amount,
    payable: amount,
    commission: amount,
    levies: amount,
    carriedIn: amount,
    netted: amount,
    toPay: amount,
    carriedOut: amount,
    payoutId: String,
  },
  { collection: 'settlements', versionKey: false },
);

export const declareSettlements = (connection: Connection) => connection.model('Settlement', schema);
