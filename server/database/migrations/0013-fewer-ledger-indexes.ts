import type { Db, IndexDescription } from 'mongodb';

/** One of each side instead of two: an account's transfers by day, and within a day in the order in which they were booked. */
const NEW: readonly IndexDescription[] = [
  { key: { debit: 1, effectiveOn: 1, debitSeq: 1 } },
  { key: { credit: 1, effectiveOn: 1, creditSeq: 1 } },
];

const OLD = new Set([
  'debit_1_debitSeq_1',
  'credit_1_creditSeq_1',
  'debit_1_effectiveOn_1__id_1',
  'credit_1_effectiveOn_1__id_1',
  'unitId_1',
]);

/**
 * Transfers have five indexes that every commit pays for, instead of eight. The new ones come first, so that no list is
 * without one meanwhile.
 */
export const fewerLedgerIndexes = {
  id: '0013-fewer-ledger-indexes',
  async up(db: Db): Promise<void> {
    const transfers = db.collection('ledger_transfers');
    await transfers.createIndexes([...NEW]);
    for (const { name } of await transfers.listIndexes().toArray()) {
      if (typeof name === 'string' && OLD.has(name)) await transfers.dropIndex(name);
    }
  },
};
