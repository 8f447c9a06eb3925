import { Schema, type Connection } from 'mongoose';
import { deterministicId } from '../database/ids.ts';
import { count, date, mixed, text } from '../database/schema-fields.ts';

/**
 * A month of a carrier in one currency: what it is told of covers, premiums and claims. The document only says that there
 * is one; its lines are those of the statements booked into the month.
 */
export interface BordereauDocument {
  _id: string;
  carrierId: string;
  /** `YYYY-MM`: the month into which the ledger counts the statements (M10). */
  month: string;
  currency: string;
  openedAt: Date;
  /** Present once the month was settled with the carrier; from then on it never changes. */
  settlementId?: string;
}

/**
 * A cover's premium as the carrier is told it: one for each statement line, corrections as lines of their own. Inserted
 * once with the statement line, under its `_id`; counts only when the statement exists and is booked.
 */
export interface BordereauLineDocument {
  _id: string;
  statementId: string;
  carrierId: string;
  policyId: string;
  policyRevision: number;
  product: string;
  productDay: string;
  coverId: string;
  workerId: string;
  /** 1 is the first charge of the cover; later ones correct it. */
  revision: number;
  kind: 'charge' | 'debit' | 'credit';
  quantity: number;
  /** Gross premium, minor units, negative on a credit; a BSON long. */
  amount: number;
  currency: string;
}

export const bordereauIdOf = (carrierId: string, month: string, currency: string): string =>
  deterministicId('brd', carrierId, month, currency);

const bordereauSchema = new Schema<BordereauDocument>(
  {
    _id: text,
    carrierId: text,
    month: text,
    currency: text,
    openedAt: date,
    settlementId: String,
  },
  { collection: 'bordereaux', versionKey: false },
);

const lineSchema = new Schema<BordereauLineDocument>(
  {
    _id: text,
    statementId: text,
    carrierId: text,
    policyId: text,
    policyRevision: count,
    product: text,
    productDay: text,
    coverId: text,
    workerId: text,
    revision: count,
    kind: text,
    quantity: count,
    amount: mixed,
    currency: text,
  },
  { collection: 'bordereau_lines', versionKey: false },
);

export const declareBordereaux = (connection: Connection) => connection.model('Bordereau', bordereauSchema);
export const declareBordereauLines = (connection: Connection) => connection.model('BordereauLine', lineSchema);
