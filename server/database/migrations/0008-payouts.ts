import type { Db } from 'mongodb';
import { makeCollections, type CollectionPlan } from '../make-collections.ts';

const amount = { bsonType: 'long' };

/** Payouts, payees with their versions, and what has to be told to people by hand. Dedup keys are `_id`s. */
const PLAN: Readonly<Record<string, CollectionPlan>> = {
  payouts: {
    indexes: [
      // What is due, what is unknown: by state, in order of time.
      { key: { state: 1, nextAt: 1 } },
      { key: { state: 1, decidedAt: 1, _id: 1 } },
      { key: { fundingAccount: 1 }, partialFilterExpression: { state: 'awaiting_funds' } },
      { key: { decidedAt: 1, _id: 1 } },
      { key: { payeeId: 1, decidedAt: 1, _id: 1 } },
      // A payee that was paid a thousand times, and has one that waits.
      { key: { payeeId: 1, state: 1, decidedAt: 1, _id: 1 } },
      // What counts together (M8) is added up in the index alone.
      { key: { holderId: 1, 'amount.currency': 1, decidedAt: 1, state: 1, 'amount.amount': 1 } },
      { key: { claimId: 1, decidedAt: 1, _id: 1 }, partialFilterExpression: { claimId: { $type: 'string' } } },
    ],
    validator: {
      required: ['businessKey', 'contentHash', 'amount', 'state', 'version', 'payeeId', 'payeeVersion', 'binding'],
      properties: {
        amount: { bsonType: 'object', properties: { amount, currency: { bsonType: 'string' } } },
        countedAmount: amount,
        decidedAt: { bsonType: 'date' },
        nextAt: { bsonType: ['date', 'null'] },
      },
    },
  },
  // One for each person who is paid and each claim, found by `_id`.
  payout_counters: { validator: { required: ['version'], properties: { version: { minimum: 1 } } } },
  payees: {
    indexes: [{ key: { holderId: 1, _id: 1 } }, { key: { accountHash: 1 } }],
  },
  payee_versions: { indexes: [{ key: { payeeId: 1, version: 1 }, unique: true }] },
  manual_notices: { indexes: [{ key: { state: 1, createdAt: 1, _id: 1 } }] },
};

export const payouts = {
  id: '0008-payouts',
  async up(db: Db): Promise<void> {
    await makeCollections(db, PLAN);
  },
};
