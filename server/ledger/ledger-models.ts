import { Schema, type Connection } from 'mongoose';
import type { TransferKind } from '../../programs/ledger/transfer-kinds.ts';
import type { TransferRefs } from '../../programs/ledger/transfer.ts';
import type { UnitRefusalCode } from '../../programs/ledger/unit-refusals.ts';
import { amount, date, text } from '../database/schema-fields.ts';

/** A transfer as stored: inserted once, never changed. Amounts are BSON longs (M1). */
export interface TransferDocument {
  _id: string;
  unitId: string;
  /** SHA-256 of the canonical JSON of what the caller gave, to tell a repetition from a clash. */
  hash: string;
  kind: TransferKind;
  type: 'posted' | 'pending' | 'post' | 'void' | 'expire';
  /** Also on resolving transfers, copied from what they resolve. */
  debit: string;
  credit: string;
  /** Of `void` and `expire`: what was reserved and is released. */
  amount: number;
  currency: string;
  /** The pending transfer that this one ends; unique where present. */
  resolves?: string;
  /** Of `post`: what was reserved; `amount` of it was posted. */
  reserved?: number;
  expiresAt?: Date;
  bookedAt: Date;
  effectiveOn: string;
  /** Position among the transfers of its debit account, from 1, without holes; likewise of the credit account. */
  debitSeq: number;
  creditSeq: number;
  refs?: TransferRefs;
}

/** An account's totals; written only together with the transfers that they sum up. */
export interface AccountDocument {
  /** `AccountId` */
  _id: string;
  currency: string;
  debitsPending: number;
  debitsPosted: number;
  creditsPending: number;
  creditsPosted: number;
  /** Transfers so far; the compare-and-set of every commit. */
  seq: number;
}

/** A transfer id that was refused stays refused (M2). */
export interface RefusalDocument {
  /** The transfer's id. */
  _id: string;
  unitId: string;
  hash: string;
  code: UnitRefusalCode;
  message: string;
  at?: string;
  refusedAt: Date;
}

/** A month that takes nothing any more (M10): it is closed because the document is there. Made by `close-month`. */
export interface ClosedMonthDocument {
  /** `YYYY-MM` */
  _id: string;
}

/** A pending transfer that expires: there from its reservation until it is resolved, written together with both. */
export interface ExpiryDocument {
  /** The pending transfer's id. */
  _id: string;
  expiresAt: Date;
}

const transferSchema = new Schema<TransferDocument>(
  {
    _id: text,
    unitId: text,
    hash: text,
    kind: text,
    type: text,
    debit: text,
    credit: text,
    amount,
    currency: text,
    resolves: String,
    reserved: Schema.Types.Mixed,
    expiresAt: Date,
    bookedAt: date,
    effectiveOn: text,
    debitSeq: amount,
    creditSeq: amount,
    refs: Schema.Types.Mixed,
  },
  { collection: 'ledger_transfers', versionKey: false },
);

const accountSchema = new Schema<AccountDocument>(
  {
    _id: text,
    currency: text,
    debitsPending: amount,
    debitsPosted: amount,
    creditsPending: amount,
    creditsPosted: amount,
    seq: amount,
  },
  { collection: 'ledger_accounts', versionKey: false },
);

const refusalSchema = new Schema<RefusalDocument>(
  {
    _id: text,
    unitId: text,
    hash: text,
    code: text,
    message: text,
    at: String,
    refusedAt: date,
  },
  { collection: 'ledger_refusals', versionKey: false },
);

export const declareTransfers = (connection: Connection) => connection.model('Transfer', transferSchema);
export const declareAccounts = (connection: Connection) => connection.model('Account', accountSchema);
export const declareRefusals = (connection: Connection) => connection.model('LedgerRefusal', refusalSchema);

const expirySchema = new Schema<ExpiryDocument>(
  { _id: text, expiresAt: date },
  { collection: 'ledger_expiries', versionKey: false },
);
export const declareExpiries = (connection: Connection) => connection.model('LedgerExpiry', expirySchema);
