import type { Db, IndexDescription } from 'mongodb';

const PLAN: Readonly<Record<string, readonly IndexDescription[]>> = {
  bank_accounts: [],
  bank_orders: [
    { key: { currency: 1, state: 1, _id: 1 } },
    { key: { payoutId: 1 } },
    { key: { fileId: 1, _id: 1 }, partialFilterExpression: { fileId: { $exists: true } } },
  ],
  bank_files: [{ key: { madeAt: -1 } }],
  bank_demands: [{ key: { state: 1, demandedAt: -1 } }],
  bank_lines: [{ key: { currency: 1, bookedOn: -1, _id: 1 } }],
};

/** Payment by file: orders and the files that carry them, what payers are asked for, and what a bank's statements tell. */
export const bankFiles = {
  id: '0012-bank-files',
  async up(db: Db): Promise<void> {
    const existing = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
    for (const [name, indexes] of Object.entries(PLAN)) {
      if (!existing.has(name)) await db.createCollection(name);
      if (indexes.length > 0) await db.collection(name).createIndexes([...indexes]);
    }
  },
};
