import { Schema, type Connection } from 'mongoose';
import { count, date, mixed, text } from '../database/schema-fields.ts';

/** A premium statement: what one close of one product day charges, reconciled to its lines (G18). Inserted once. */
export interface StatementDocument {
  _id: string;
  /** `close:<policyId>:<productDay>:<n>`: what makes a second close impossible. */
  closeKey: string;
  policyId: string;
  platformId: string;
  productDay: string;
  issuedAt: Date;
  /** Declared by the close before its lines were written, and equal to them. */
  lineCount: number;
  coverCount: number;
  total: { amount: number; currency: string };
  /** Events received before this were folded. */
  cutOffAt: Date;
  /** The day to which the ledger counts it (M10). This and the next two are absent until it is booked. */
  effectiveOn?: string;
  /** `YYYY-MM` of that day: whose bordereaux its lines stand on. */
  month?: string;
  /** By carrier and product; they add up to the total. */
  shares?: StatementShare[];
}

/** What one product of one carrier has in a statement. */
export interface StatementShare {
  carrierId: string;
  product: string;
  lineCount: number;
  /** In the currency of the total; a BSON long. */
  amount: number;
}

/** One line: a cover's charge, or the correction of one. `_id` = `<coverId>:<revision>`. */
export interface StatementLineDocument {
  _id: string;
  statementId: string;
  coverId: string;
  /** 1 is the first charge; later ones are credit and debit lines. */
  revision: number;
  kind: 'charge' | 'debit' | 'credit';
  workerId: string;
  quantity: number;
  /** Positive or negative minor units; a BSON long. */
  amount: number;
  currency: string;
  eventIds: string[];
  reasons: string[];
}

const statementSchema = new Schema<StatementDocument>(
  {
    _id: text,
    closeKey: text,
    policyId: text,
    platformId: text,
    productDay: text,
    issuedAt: date,
    lineCount: count,
    coverCount: count,
    total: mixed,
    cutOffAt: date,
    effectiveOn: String,
    month: String,
    shares: { type: Schema.Types.Mixed, default: undefined },
  },
  { collection: 'statements', versionKey: false },
);

const lineSchema = new Schema<StatementLineDocument>(
  {
    _id: text,
    statementId: text,
    coverId: text,
    revision: count,
    kind: text,
    workerId: text,
    quantity: count,
    amount: mixed,
    currency: text,
    eventIds: { type: [String], required: true },
    reasons: { type: [String], required: true },
  },
  { collection: 'statement_lines', versionKey: false },
);

export const declareStatements = (connection: Connection) => connection.model('Statement', statementSchema);
export const declareStatementLines = (connection: Connection) => connection.model('StatementLine', lineSchema);
