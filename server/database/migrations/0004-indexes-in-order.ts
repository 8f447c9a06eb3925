import type { Db, IndexSpecification } from 'mongodb';

/**
 * Who claimed a shift id, around a time: platforms number their shifts anew each day, and an index without the time would
 * make every start read all days before it (G12, G13). Periods in the order in which they are closed, so that the many of
 * an outage are not sorted again for each page. Each takes the place of an index that began the same.
 */
const REPLACED: readonly { collection: string; index: IndexSpecification; instead: string }[] = [
  { collection: 'shift_events', index: { platformId: 1, shiftId: 1, time: 1 }, instead: 'platformId_1_shiftId_1' },
  { collection: 'periods', index: { state: 1, dueAt: 1, _id: 1 }, instead: 'state_1_dueAt_1' },
];

export const indexesInOrder = {
  id: '0004-indexes-in-order',
  async up(db: Db): Promise<void> {
    for (const { collection, index, instead } of REPLACED) {
      await db.collection(collection).createIndex(index);
      if (await db.collection(collection).indexExists(instead)) await db.collection(collection).dropIndex(instead);
    }
  },
};
