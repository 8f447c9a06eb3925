import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { insertNew } from './store-flush.ts';

describe('the plain insert of a flush', () => {
  const database = useTestDatabase();
  const cover = (id: string) => ({
    _id: id,
    ...{ policyId: 'p', policyRevision: 1, workerId: 'w', productDay: '2026-03-01', product: 'rider-day@1' },
    ...{ openedBy: 'e', openedAt: new Date(0) },
  });

  it('answers the ids that were taken, and stores the others', async () => {
    assert.deepEqual(await insertNew(database.db, 'covers', [cover('a'), cover('b')]), new Set());
    assert.deepEqual(await insertNew(database.db, 'covers', [cover('b'), cover('c'), cover('a')]), new Set(['b', 'a']));
    assert.equal(await database.db.collection('covers').countDocuments(), 3);
  });

  it('throws for any other trouble, also beside taken ids: nothing of that is acknowledged (G20)', async () => {
    const broken = { ...cover('d'), productDay: 'someday' };
    await assert.rejects(insertNew(database.db, 'covers', [cover('a'), broken]), /validation/i);
  });
});
