import { Schema, type Connection } from 'mongoose';
import { date, mixed, text } from '../database/schema-fields.ts';

/**
 * A statement as something to be collected: written in the unit that closes its product day, and by that the one place
 * that says whether it was billed. `_id` is the statement's: it is on one invoice at most, however many processes bill.
 */
export interface ReceivableDocument {
  _id: string;
  platformId: string;
  policyId: string;
  productDay: string;
  currency: string;
  /** The statement's total: minor units, negative where credits prevail; a BSON long. */
  total: number;
  /** Prepaid: a deposit settles it first, and only then is the rest billed (G21). */
  prepaid: boolean;
  /** What a deposit paid of it, or got back (negative); null while that is open. 0 where no deposit is asked. */
  settled: number | null;
  /** Null until it is billed. */
  invoiceId: string | null;
  issuedAt: Date;
}

const schema = new Schema<ReceivableDocument>(
  {
    _id: text,
    platformId: text,
    policyId: text,
    productDay: text,
    currency: text,
    total: mixed,
    prepaid: { type: Boolean, required: true },
    settled: Schema.Types.Mixed,
    invoiceId: String,
    issuedAt: date,
  },
  { collection: 'receivables', versionKey: false },
);

export const declareReceivables = (connection: Connection) => connection.model('Receivable', schema);
