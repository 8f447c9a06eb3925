import type { Db } from 'mongodb';
import { makeCollections, type CollectionPlan } from '../make-collections.ts';

const text = { bsonType: 'string' };
const amount = { bsonType: 'long', minimum: 1 };
const total = { bsonType: 'long', minimum: 0 };
const date = { bsonType: 'date' };

/**
 * The ledger. At most one transfer ends another: the index refuses a second one whatever the code does. An account's `seq`
 * guards the places of its transfers; to have their indexes refuse a place given twice would cost a third of the speed of
 * a hot account. Amounts are longs above zero (M1).
 */
const PLAN: Readonly<Record<string, CollectionPlan>> = {
  ledger_accounts: {
    validator: {
      required: ['currency', 'debitsPending', 'debitsPosted', 'creditsPending', 'creditsPosted', 'seq'],
      properties: {
        debitsPending: total,
        debitsPosted: total,
        creditsPending: total,
        creditsPosted: total,
        seq: total,
      },
    },
  },
  ledger_transfers: {
    indexes: [
      { key: { resolves: 1 }, unique: true, partialFilterExpression: { resolves: { $exists: true } } },
      { key: { debit: 1, debitSeq: 1 } },
      { key: { credit: 1, creditSeq: 1 } },
    ],
    validator: {
      required: [
        ...['unitId', 'hash', 'kind', 'type', 'debit', 'credit', 'amount', 'currency'],
        ...['bookedAt', 'effectiveOn', 'debitSeq', 'creditSeq'],
      ],
      properties: {
        ...{ debit: text, credit: text, amount, reserved: amount, expiresAt: date, bookedAt: date },
        ...{ effectiveOn: text, debitSeq: amount, creditSeq: amount },
      },
    },
  },
  ledger_refusals: {},
  ledger_months: {},
  ledger_expiries: { indexes: [{ key: { expiresAt: 1, _id: 1 } }] },
};

export const ledger = {
  id: '0005-ledger',
  async up(db: Db): Promise<void> {
    await makeCollections(db, PLAN);
  },
};
