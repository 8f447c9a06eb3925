import type { Db } from 'mongodb';
import { makeCollections, type CollectionPlan } from '../make-collections.ts';

const PLAN: Readonly<Record<string, CollectionPlan>> = {
  bank_accounts: {},
  bank_orders: {
    indexes: [
      { key: { currency: 1, state: 1, _id: 1 } },
      { key: { payoutId: 1 } },
      { key: { fileId: 1, _id: 1 }, partialFilterExpression: { fileId: { $exists: true } } },
    ],
  },
  bank_files: { indexes: [{ key: { madeAt: -1 } }] },
  bank_demands: { indexes: [{ key: { state: 1, demandedAt: -1 } }] },
  bank_lines: { indexes: [{ key: { currency: 1, bookedOn: -1, _id: 1 } }] },
};

/** Payment by file: orders and the files that carry them, what payers are asked for, and what a bank's statements tell. */
export const bankFiles = {
  id: '0012-bank-files',
  async up(db: Db): Promise<void> {
    await makeCollections(db, PLAN);
  },
};
