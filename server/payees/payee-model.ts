import { Schema, type Connection } from 'mongoose';
import type { PayeeRelation } from '../../programs/payouts/payout.ts';
import type { PayeeDestination } from '../payments/payment-port.ts';
import { count, date, dateOrNull, text } from '../database/schema-fields.ts';

/** Whose money it is. A provider is a hospital or clinic. */
export const HOLDER_KINDS = ['person', 'carrier', 'provider', 'platform'] as const;
export type HolderKind = (typeof HOLDER_KINDS)[number];

/** How somebody made sure that the account is the holder's. */
export const VERIFICATION_METHODS = ['document', 'test_payment', 'call_back', 'provider_check'] as const;
export type VerificationMethod = (typeof VERIFICATION_METHODS)[number];

/** What anybody may see of an account. */
export interface ShownAccount {
  kind: PayeeDestination['kind'];
  /** `****1234` */
  masked: string;
  /** The bank's code or the wallet's scheme. */
  at: string | null;
}

/** Where somebody is paid, as it stands now. The account itself is in its versions, encrypted. */
export interface PayeeDocument {
  /** Deterministic: holder and name. */
  _id: string;
  holderKind: HolderKind;
  holderId: string;
  /** Tells several payees of one holder apart. */
  name: string;
  relation: PayeeRelation;
  /** From 1; every change is the next one. */
  version: number;
  account: ShownAccount;
  /** Keyed hash of the account, by which the same one is noticed with several payees. */
  accountHash: string | null;
  /** Keyed hash of what the editor gave, to tell a repetition from a clash. */
  contentHash: string;
  /** The person who set this version: neither verifies it nor approves payouts to it (M8). */
  editor: string;
  setAt: Date;
  verifiedAt: Date | null;
  verifiedBy: string | null;
  method: VerificationMethod | null;
  /** Events told so far. */
  events: number;
  createdAt: Date;
  /** The holder's data were erased: nothing is paid here any more. */
  erasedAt: Date | null;
}

/** One version: inserted once; only its verification is written later. */
export interface PayeeVersionDocument {
  /** `<payee>:<version>` */
  _id: string;
  payeeId: string;
  version: number;
  relation: PayeeRelation;
  account: ShownAccount;
  /** Destination and contact, encrypted under the person's key, or for organisations under the encryption key. */
  sealed: string;
  editor: string;
  setAt: Date;
  verifiedAt: Date | null;
  verifiedBy: string | null;
  method: VerificationMethod | null;
}

/**
 * Something that a person has to tell somebody by phone or letter, because nothing here can send a text message. Written
 * in the unit of its cause, like an outbox row; `done` when somebody says that it was told.
 */
export interface ManualNoticeDocument {
  /** Deterministic: what it is about. */
  _id: string;
  kind: 'payee_account_changed';
  state: 'waiting' | 'done';
  payeeId: string;
  holderId: string;
  /** What was known before the change, encrypted as it stands with the holder; empty: look it up elsewhere. */
  contacts: { of: string; sealed: string }[];
  text: string;
  createdAt: Date;
  doneAt: Date | null;
  doneBy: string | null;
  how: string | null;
}

const verification = { verifiedAt: dateOrNull, verifiedBy: String, method: String } as const;
const account = { kind: text, masked: text, at: String } as const;

const payeeSchema = new Schema<PayeeDocument>(
  {
    _id: text,
    holderKind: text,
    holderId: text,
    name: text,
    relation: text,
    version: count,
    account,
    accountHash: String,
    contentHash: text,
    editor: text,
    setAt: date,
    ...verification,
    events: count,
    createdAt: date,
    erasedAt: dateOrNull,
  },
  { collection: 'payees', versionKey: false },
);

const versionSchema = new Schema<PayeeVersionDocument>(
  {
    _id: text,
    payeeId: text,
    version: count,
    relation: text,
    account,
    sealed: text,
    editor: text,
    setAt: date,
    ...verification,
  },
  { collection: 'payee_versions', versionKey: false },
);

const noticeSchema = new Schema<ManualNoticeDocument>(
  {
    _id: text,
    kind: text,
    state: text,
    payeeId: text,
    holderId: text,
    contacts: [new Schema({ of: text, sealed: text }, { _id: false })],
    text,
    createdAt: date,
    doneAt: dateOrNull,
    doneBy: String,
    how: String,
  },
  { collection: 'manual_notices', versionKey: false },
);

export const declarePayees = (connection: Connection) => connection.model('Payee', payeeSchema);
export const declarePayeeVersions = (connection: Connection) => connection.model('PayeeVersion', versionSchema);
export const declareManualNotices = (connection: Connection) => connection.model('ManualNotice', noticeSchema);
