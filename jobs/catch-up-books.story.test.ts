import assert from 'node:assert/strict';
import { Long } from 'mongodb';
import type { MovableClock } from '../server/clock.ts';
import { useTestDatabase } from '../server/database/testing/test-database.ts';
import { breachRows, checkpointRows, snapshotHeads } from '../server/ledger/books/book-documents.ts';
import { trialBalance } from '../server/ledger/books/trial-balance.ts';
import { assertBooks } from '../server/ledger/testing/assert-books.ts';
import { BOOK_STORY, DEPOSIT, ENVELOPE, STORY_START, WORLD } from '../server/ledger/testing/book-story.ts';
import { storeBooks } from '../server/ledger/testing/stored-books.ts';
import type { OpenServices } from '../server/open-services.ts';
import { openWorld } from '../server/platforms/testing/open-world.ts';
import { tickOnce, tickRepeatedly } from './testing/tick-repeatedly.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Three days of outage: nothing ticked since the first transfer. */
const LATE = STORY_START + 3 * DAY_MS;

/** The books, with Agenda late, doubled and wiped. */
describe('catching up with the books', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorld(database)));
  beforeEach(async () => {
    clock.set(LATE);
    for (const { collectionName } of await database.db.collections()) {
      if (collectionName.startsWith('ledger_')) await database.db.collection(collectionName).deleteMany({});
    }
    await storeBooks(database.db, BOOK_STORY);
  });

  const tick = (name: string) => tickOnce(services, name);
  const tickManyTimes = (name: string) => tickRepeatedly(services, name);
  const pay = (id: string) =>
    services.ledger.commit({
      id: `unit:${id}`,
      transfers: [
        {
          ...{ id, kind: 'deposit_topped_up', type: 'posted', effectiveOn: '2026-03-05' },
          ...{ debit: WORLD, credit: DEPOSIT, amount: 100 },
        },
      ],
    });
  const damage = (account: string, by: number) =>
    database.db
      .collection<{ _id: string }>('ledger_accounts')
      .updateOne({ _id: account }, { $inc: { creditsPosted: Long.fromNumber(by) } });
  const open = async () =>
    (
      await breachRows(database.db)
        .find({ goneAt: { $exists: false } })
        .toArray()
    )
      .map(({ _id }) => _id)
      .sort();

  describe('seal-blocks', () => {
    it('seals each transfer once, and none that is too young', async () => {
      assert.equal((await pay('new:1')).status, 'committed');
      const sum = await tickManyTimes('seal-blocks');
      assert.equal(sum('rows'), BOOK_STORY.length);
      assert.ok(sum('snapshotAccounts') > 0);
      clock.advance(HOUR_MS);
      assert.equal((await tickManyTimes('seal-blocks'))('rows'), 1);
      await assertBooks(services);
    });

    it('takes a snapshot a day, from which a trial balance is the same as from all transfers', async () => {
      await tick('seal-blocks');
      for (let day = 1; day <= 12; day++) {
        clock.advance(DAY_MS);
        await pay(`day:${day}`);
        clock.advance(HOUR_MS);
        await tickManyTimes('seal-blocks');
      }
      const blocks = (await snapshotHeads(database.db).find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
      assert.deepEqual(blocks, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], 'one a day is kept');
      clock.advance(35 * DAY_MS);
      await pay('later');
      clock.advance(HOUR_MS);
      await tickManyTimes('seal-blocks');
      const kept = (await snapshotHeads(database.db).find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
      assert.deepEqual(kept, [13, 14], 'then one a month');
      const balance = await trialBalance(services);
      assert.equal(balance.fromBlock, 14);
      const whole = await trialBalance(services, { wholeFold: true });
      assert.deepEqual(balance, { ...whole, fromBlock: 14 });
      await assertBooks(services);
    });
  });

  describe('check-books', () => {
    it('checks three days once, then only what is new', async () => {
      assert.equal((await tick('check-books'))['transfers'], BOOK_STORY.length);
      assert.equal(await checkpointRows(database.db).countDocuments({ _id: DEPOSIT }), 1);
      clock.advance(HOUR_MS);
      await pay('new:1');
      const counts = await tick('check-books');
      assert.deepEqual(counts, { transfers: 1, newBreaches: 0, openBreaches: 0 });
      await tickManyTimes('check-books');
      assert.deepEqual(await open(), []);
    });

    it('finds what is wrong with what is new, tells of it once, and keeps it', async () => {
      await tickManyTimes('check-books');
      clock.advance(HOUR_MS);
      await pay('new:1');
      await damage(DEPOSIT, 5);
      assert.equal((await tickManyTimes('check-books'))('newBreaches'), 2);
      assert.deepEqual(await open(), ['L4:CNY', `L5:${DEPOSIT}`]);
      clock.advance(HOUR_MS);
      assert.deepEqual(await tick('check-books'), { transfers: 1, newBreaches: 0, openBreaches: 2 }, 'read once more');
      assert.match(await services.metrics.registry.metrics(), /parasol_ledger_breaches\{code="L5"\} 1/);
    });
  });

  describe('check-books-full', () => {
    it('finds what was changed long after it was checked, and sees when it is gone', async () => {
      await tickManyTimes('check-books');
      clock.advance(HOUR_MS);
      await damage(ENVELOPE, 5);
      await damage(DEPOSIT, -5);
      assert.equal((await tick('check-books'))['openBreaches'], 0, 'the sums still balance, and nothing is new');
      assert.equal((await tickManyTimes('check-books-full'))('newBreaches'), 2);
      assert.deepEqual(await open(), [`L5:${ENVELOPE}`, `L5:${DEPOSIT}`].sort());
      await damage(ENVELOPE, -5);
      await damage(DEPOSIT, 5);
      await tickManyTimes('check-books-full');
      assert.deepEqual(await open(), []);
      assert.equal(await breachRows(database.db).countDocuments(), 2, 'what was wrong is not forgotten');
    });
  });
});
