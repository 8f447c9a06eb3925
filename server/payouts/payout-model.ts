import { Schema, type Connection } from 'mongoose';
import { PAYOUT_COUNTERS, PAYOUTS, type PayoutDocument } from './payout-document.ts';
import { count, date, dateOrNull, mixed, text } from '../database/schema-fields.ts';

/** For reading and lists: payouts are written by the ledger's units only. */
const schema = new Schema<PayoutDocument>(
  {
    _id: text,
    businessKey: text,
    contentHash: text,
    claimId: String,
    retryOf: String,
    amount: { amount: mixed, currency: text },
    countedAmount: mixed,
    lines: mixed,
    statementText: text,
    fundingAccount: text,
    sourceAccount: text,
    cashAccount: text,
    provider: text,
    payeeId: text,
    payeeVersion: count,
    payeeEditor: text,
    relation: text,
    holderId: text,
    createdBy: text,
    assessors: mixed,
    incidentAt: dateOrNull,
    decidedAt: date,
    binding: text,
    approvals: mixed,
    coolsUntil: dateOrNull,
    state: text,
    stateSince: date,
    version: count,
    events: count,
    reservation: count,
    nextAt: dateOrNull,
    lease: Schema.Types.Mixed,
    attempts: mixed,
    successorId: String,
    releasedAt: dateOrNull,
    contradictions: mixed,
    timeline: mixed,
  },
  { collection: PAYOUTS, versionKey: false },
);

export const declarePayouts = (connection: Connection) => connection.model('Payout', schema);

export interface PayoutCounterDocument {
  /** The person's id. */
  _id: string;
  version: number;
}

const counterSchema = new Schema<PayoutCounterDocument>(
  { _id: text, version: count },
  { collection: PAYOUT_COUNTERS, versionKey: false },
);

export const declarePayoutCounters = (connection: Connection) => connection.model('PayoutCounter', counterSchema);
