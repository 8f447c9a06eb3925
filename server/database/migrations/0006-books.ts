import type { Db } from 'mongodb';
import { makeCollections, type CollectionPlan } from '../make-collections.ts';

const total = { bsonType: 'long' };
const totals = { debitsPending: total, debitsPosted: total, creditsPending: total, creditsPosted: total };

/**
 * The books over the ledger: blocks, snapshots, checks, closed months; and the order in which transfers are sealed and
 * listed. Each index of the transfers is paid for by every commit, so a list has one only where it would else read a
 * whole ledger: a kind is looked for within its days, a unit has few transfers.
 */
const PLAN: Readonly<Record<string, CollectionPlan>> = {
  ledger_transfers: {
    indexes: [
      { key: { bookedAt: 1, _id: 1 } },
      { key: { effectiveOn: 1, _id: 1 } },
      { key: { debit: 1, effectiveOn: 1, _id: 1 } },
      { key: { credit: 1, effectiveOn: 1, _id: 1 } },
      { key: { unitId: 1 } },
    ],
  },
  ledger_blocks: {
    validator: {
      required: ['fromKey', 'toKey', 'rowCount', 'rowsHash', 'rowPrints', 'prevHash', 'hash', 'sealedAt'],
      properties: { sealedAt: { bsonType: 'date' } },
    },
  },
  ledger_snapshots: {},
  ledger_snapshot_rows: { validator: { required: Object.keys(totals), properties: totals } },
  ledger_checkpoints: {
    validator: { required: [...Object.keys(totals), 'seq'], properties: { ...totals, seq: total } },
  },
  ledger_checks: {},
  ledger_breaches: {},
  ledger_months: {},
};

export const books = {
  id: '0006-books',
  async up(db: Db): Promise<void> {
    await makeCollections(db, PLAN);
  },
};
