import assert from 'node:assert/strict';
import { useTestDatabase } from '../../database/testing/test-database.ts';
import { openWorld, type World } from '../../platforms/testing/open-world.ts';
import { breachRows } from './book-documents.ts';
import { checkBooks, openBreaches } from './check-books.ts';

describe('what is known to be wrong', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => (world = await openWorld(database)));
  beforeEach(() => breachRows(database.db).deleteMany({}));

  /** Seen by an incremental check so long after the full one began; the books of this test are right. */
  const seenAfter = async (ms: number) => {
    const at = new Date(world.clock.now() + ms);
    const breach = { code: 'L4', name: 'any', subject: 'CNY', message: 'any' } as const;
    await breachRows(database.db).insertOne({ _id: 'L4:CNY', ...breach, firstSeenAt: at, lastSeenAt: at });
  };

  it('is gone when a full check began later and did not find it', async () => {
    await seenAfter(-1);
    assert.deepEqual((await checkBooks(world.services, { full: true })).breaches, []);
  });

  it('stays when it was found while a full check ran, which may have been past it', async () => {
    await seenAfter(1);
    await checkBooks(world.services, { full: true });
    assert.deepEqual(
      (await openBreaches(database.db)).map(({ _id }) => _id),
      ['L4:CNY'],
    );
  });
});
