import assert from 'node:assert/strict';
import { checkStatements } from '../server/billing/testing/check-statements.ts';
import { at, clearWorkday, openWorkday, storeEvents, type Reported } from '../server/billing/testing/workday.ts';
import type { MovableClock } from '../server/clock.ts';
import { useTestDatabase } from '../server/database/testing/test-database.ts';
import type { OpenServices } from '../server/open-services.ts';
import { tickOnce, tickRepeatedly } from './testing/tick-repeatedly.ts';

const DAYS = ['2026-03-02', '2026-03-03', '2026-03-04'];
const HOUR_MS = 3_600_000;
/** Three days of outage: nothing ticked since the first day's morning. */
const LATE = at('23:00', '2026-03-06');

/** Agenda late, doubled and wiped: for each job of the timetable, nothing but time is lost. */
describe('catching up', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));
  beforeEach(async () => {
    clock.set(LATE);
    await clearWorkday(services);
  });

  const tick = (name: string) => tickOnce(services, name);
  const tickManyTimes = (name: string) => tickRepeatedly(services, name);
  const threeDays = (more: (day: string) => Partial<Reported>): Reported[] =>
    DAYS.flatMap((day) => ['a', 'b'].map((worker) => ({ worker, day, ...more(day) })));

  describe('close-days', () => {
    it('closes three days of outage, oldest first, each once', async () => {
      await storeEvents(
        services,
        threeDays(() => ({})),
      );
      const sum = await tickManyTimes('close-days');
      assert.equal(sum('issued'), 3);
      assert.equal(sum('failed'), 0);
      const statements = await services.models.statements.find().sort({ productDay: 1 }).lean();
      assert.deepEqual(
        statements.map(({ productDay, total }) => [productDay, total.amount]),
        DAYS.map((day) => [day, 600]),
      );
      await checkStatements(services);
    });

    it('puts what came late, after its day was closed, on the next statement', async () => {
      await storeEvents(
        services,
        threeDays(() => ({})),
      );
      await tick('close-days');
      clock.advance(HOUR_MS);
      await storeEvents(services, [{ worker: 'c', day: '2026-03-03', receivedAt: clock.now() }]);
      await tick('close-days');
      assert.equal(await services.models.statements.countDocuments(), 3, 'waits for others of its day');
      clock.advance(2 * HOUR_MS);
      await tickManyTimes('close-days');
      const second = await services.models.statements.find({ productDay: '2026-03-03' }).sort({ closeKey: 1 }).lean();
      assert.deepEqual(
        second.map(({ closeKey, lineCount }) => `${closeKey} ${lineCount}`),
        ['close:pol_day:2026-03-03:1 2', 'close:pol_day:2026-03-03:2 1'],
      );
      await checkStatements(services);
    });

    it('books once what was issued before there was a ledger', async () => {
      await storeEvents(
        services,
        threeDays(() => ({})),
      );
      await tick('close-days');
      await services.models.statements.updateMany({}, { $unset: { effectiveOn: '', month: '', shares: '' } });
      await services.models.bordereauLines.deleteMany({});
      await services.models.transfers.deleteMany({});
      await services.models.accounts.deleteMany({});
      const sum = await tickManyTimes('close-days');
      assert.equal(sum('posted'), 3);
      await checkStatements(services);
    });

    it('waits 7 days after the last receipt where back-filling is declared', async () => {
      await storeEvents(services, [{ worker: 'a', policyId: 'pol_import', receivedAt: at('12:00', '2026-03-06') }]);
      await tickManyTimes('close-days');
      assert.equal(await services.models.statements.countDocuments(), 0);
      clock.set(at('11:59', '2026-03-13'));
      await tick('close-days');
      assert.equal(await services.models.statements.countDocuments(), 0);
      clock.set(at('12:00', '2026-03-13'));
      await tickManyTimes('close-days');
      assert.equal(await services.models.statements.countDocuments(), 1);
    });

    it('goes on with the other days when one cannot be closed', async () => {
      await storeEvents(
        services,
        threeDays(() => ({})),
      );
      await tick('repair-covers');
      await services.models.covers.updateMany({ productDay: '2026-03-03' }, { $set: { product: 'no-such@1' } });
      const counts = await tick('close-days');
      assert.deepEqual([counts['issued'], counts['failed']], [2, 1]);
      await services.models.covers.updateMany({ productDay: '2026-03-03' }, { $set: { product: 'rider-day@1' } });
      clock.advance(HOUR_MS);
      assert.equal((await tick('close-days'))['issued'], 1);
    });
  });

  describe('repair-covers', () => {
    it('inserts once what three days of crashes lost', async () => {
      await storeEvents(
        services,
        threeDays(() => ({})),
      );
      const sum = await tickManyTimes('repair-covers');
      assert.deepEqual([sum('covers'), sum('workers'), sum('periods')], [6, 2, 3]);
      assert.equal(await services.models.covers.countDocuments(), 6);
    });
  });

  describe('close-shifts', () => {
    it('tells once of each shift that never ended, and inserts no event', async () => {
      await storeEvents(
        services,
        threeDays(() => ({})),
      );
      await storeEvents(services, [
        { type: 'shift.ended', worker: 'a', day: '2026-03-02', time: at('12:00', '2026-03-02') },
        { worker: 'still-working', day: '2026-03-06', time: at('20:00', '2026-03-06') },
      ]);
      const sum = await tickManyTimes('close-shifts');
      assert.equal(sum('noticed'), 5);
      const notices = await services.models.notices.find().sort({ startedAt: 1 }).lean();
      assert.equal(notices.length, 5);
      assert.equal(notices[0]?.clippedAt.getTime(), at('08:00', '2026-03-02') + 16 * HOUR_MS);
      assert.equal(await services.models.shiftEvents.countDocuments(), 8);
      const told = await services.models.events.find().lean();
      assert.deepEqual(new Set(told.map(({ aggregateId }) => aggregateId)), new Set(notices.map(({ _id }) => _id)));
      assert.ok(told.every(({ type, audienceKey }) => type === 'shift.clipped' && audienceKey === 'platform:plt_test'));
    });
  });

  describe('expire-tokens', () => {
    it('removes what expired long ago, however much there is, and nothing that lives', async () => {
      const token = (_id: string, expiresAt: number) => ({
        _id,
        tokenId: `tok_${_id}`,
        kind: 'worker',
        subjectId: 'wrk_1',
        createdAt: new Date(0),
        expiresAt: new Date(expiresAt),
      });
      const dead = Array.from({ length: 2_500 }, (_, i) => token(`dead${i}`, i));
      const tokens = database.db.collection<{ _id: string }>('tokens');
      await tokens.insertMany([...dead, token('alive', LATE + HOUR_MS)]);
      const sum = await tickManyTimes('expire-tokens');
      assert.equal(sum('removed'), 2_500);
      assert.equal(await tokens.countDocuments(), 1);
    });
  });
});
