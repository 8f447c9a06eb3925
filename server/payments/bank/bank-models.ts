import { Schema, type Connection } from 'mongoose';
import { amount, count, date, text } from '../../database/schema-fields.ts';

/** An account of ours at a bank; one for each currency, which is its id. */
export interface BankAccountDocument {
  /** ISO 4217. */
  _id: string;
  holder: string;
  bankCode: string;
  /** `****1234` */
  maskedNumber: string;
  /** In which the bank's days are read. */
  timeZone: string;
  openedAt: Date;
  openedBy: string;
}

export type BankOrderState = 'queued' | 'in_file' | 'posted' | 'returned' | 'failed' | 'canceled';

/** A payment order: one attempt of one payout. `_id` = its reference, `<payoutId>-<attempt>`. */
export interface BankOrderDocument {
  _id: string;
  payoutId: string;
  attempt: number;
  idempotencyKey: string;
  /** Keyed hash of amount and destination: the same order again, or another one. */
  hash: string;
  /** A BSON long (M1). */
  amount: number;
  currency: string;
  /** The destination as JSON, encrypted (`order-destination.ts`); blank when the person who is paid was erased. */
  destination: string;
  /** Under whose key it is; absent: directly under the encryption key. */
  personId?: string;
  statementText: string;
  state: BankOrderState;
  fileId?: string;
  orderedAt: Date;
  changedAt: Date;
  /** The bank's number of a movement of another amount than was ordered: until a person explained it, nothing ends the order. */
  differsRef?: string;
  /** The bank's number of the movement that posted or returned it, or a person's words for a failure. */
  bankRef?: string;
  message?: string;
}

/** A payment file, made once; its content is made anew from its orders whenever it is read, and is always the same. */
export interface BankFileDocument {
  _id: string;
  currency: string;
  state: 'made' | 'voided';
  orderCount: number;
  /** A BSON long (M1). */
  total: number;
  /** Of the file as it was made, keyed. */
  contentHash: string;
  madeAt: Date;
  madeBy: string;
  voided?: { at: Date; by: string; why: string };
}

/** What a payer is asked to send to our account, naming its id. `_id` is the invoice's or the top-up's. */
export interface BankDemandDocument {
  _id: string;
  kind: 'invoice' | 'top_up';
  platformId: string;
  /** A BSON long (M1). */
  amount: number;
  currency: string;
  idempotencyKey: string;
  state: 'open' | 'voided';
  dueAt?: Date;
  demandedAt: Date;
}

/** A movement that a bank's statement told. `_id` = `<currency>:<the bank's number>`. */
export interface BankLineDocument {
  _id: string;
  currency: string;
  bankRef: string;
  bookedOn: string;
  /** A BSON long (M1); negative went out. */
  amount: number;
  /** Whatever payer and bank wrote, wrapped by the encryption key: it may name people. */
  words: string;
  hash: string;
  match: string;
  importedAt: Date;
  importedBy: string;
}

const fixed = { versionKey: false } as const;

const accountSchema = new Schema<BankAccountDocument>(
  { _id: text, holder: text, bankCode: text, maskedNumber: text, timeZone: text, openedAt: date, openedBy: text },
  { collection: 'bank_accounts', ...fixed },
);

const orderSchema = new Schema<BankOrderDocument>(
  {
    _id: text,
    payoutId: text,
    attempt: count,
    idempotencyKey: text,
    hash: text,
    amount,
    currency: text,
    destination: text,
    personId: String,
    statementText: String,
    state: text,
    fileId: String,
    orderedAt: date,
    changedAt: date,
    differsRef: String,
    bankRef: String,
    message: String,
  },
  { collection: 'bank_orders', ...fixed },
);

const fileSchema = new Schema<BankFileDocument>(
  {
    _id: text,
    currency: text,
    state: text,
    orderCount: count,
    total: amount,
    contentHash: text,
    madeAt: date,
    madeBy: text,
    voided: Schema.Types.Mixed,
  },
  { collection: 'bank_files', ...fixed },
);

const demandSchema = new Schema<BankDemandDocument>(
  {
    _id: text,
    kind: text,
    platformId: text,
    amount,
    currency: text,
    idempotencyKey: text,
    state: text,
    dueAt: Date,
    demandedAt: date,
  },
  { collection: 'bank_demands', ...fixed },
);

const lineSchema = new Schema<BankLineDocument>(
  {
    _id: text,
    currency: text,
    bankRef: text,
    bookedOn: text,
    amount,
    words: text,
    hash: text,
    match: text,
    importedAt: date,
    importedBy: text,
  },
  { collection: 'bank_lines', ...fixed },
);

export const declareBankAccounts = (connection: Connection) => connection.model('BankAccount', accountSchema);
export const declareBankOrders = (connection: Connection) => connection.model('BankOrder', orderSchema);
export const declareBankFiles = (connection: Connection) => connection.model('BankFile', fileSchema);
export const declareBankDemands = (connection: Connection) => connection.model('BankDemand', demandSchema);
export const declareBankLines = (connection: Connection) => connection.model('BankLine', lineSchema);
