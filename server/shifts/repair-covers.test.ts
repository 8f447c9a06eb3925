import assert from 'node:assert/strict';
import { at, clearWorkday, DAY, eventOf, openWorkday, PLATFORM, storeEvents } from '../billing/testing/workday.ts';
import type { MovableClock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { OpenServices } from '../open-services.ts';
import { workerIdOf } from '../workers/worker-id.ts';
import { repairCovers } from './repair-covers.ts';

describe('repairCovers', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));
  beforeEach(() => {
    clock.set(at('12:00'));
    return clearWorkday(services);
  });
  const repair = () => repairCovers(services, { now: clock.now() });

  it('inserts the cover, the worker and the period that a crash lost, from the frozen decision', async () => {
    await storeEvents(services, [{ worker: 'a', receivedAt: at('08:02') }]);
    assert.deepEqual(await repair(), { covers: 1, workers: 1, periods: 1 });
    const [cover] = await services.models.covers.find().lean();
    assert.deepEqual(cover, {
      _id: eventOf({ worker: 'a' }).decision.cover?.coverId,
      policyId: 'pol_day',
      policyRevision: 1,
      platformId: PLATFORM,
      workerId: workerIdOf(PLATFORM, 'a'),
      productDay: DAY,
      product: 'rider-day@1',
      timeZone: 'Asia/Shanghai',
      backFilling: false,
      openedBy: eventOf({ worker: 'a' })._id,
      openedAt: new Date(at('08:02')),
    });
    const [worker] = await services.models.workers.find().lean();
    assert.equal(worker?.externalId, 'a');
    assert.equal(worker?.registeredBy, 'event');
    const [period] = await services.models.periods.find().lean();
    assert.equal(period?._id, `pol_day/${DAY}`);
    assert.equal(period?.state, 'open');
    assert.equal(period?.revision, 0);
  });

  it('finds nothing to do the second time, also with its cursor wiped', async () => {
    await storeEvents(services, [{ worker: 'a' }, { worker: 'b' }]);
    await repair();
    assert.deepEqual(await repair(), { covers: 0, workers: 0, periods: 0 });
    await services.models.receiptCursors.deleteMany({});
    assert.deepEqual(await repair(), { covers: 0, workers: 0, periods: 0 });
  });

  it('takes the start that was received first as the one that opened it, never an end', async () => {
    const ended = { type: 'shift.ended', worker: 'a', time: at('09:00'), receivedAt: at('07:59') } as const;
    const second = { worker: 'a', shift: 's2', time: at('08:30'), receivedAt: at('08:31') };
    const first = { worker: 'a', shift: 's1', time: at('08:40'), receivedAt: at('08:30') };
    await storeEvents(services, [ended, second, first]);
    await repair();
    const [cover] = await services.models.covers.find().lean();
    assert.equal(cover?.openedBy, eventOf(first)._id);
  });

  it('leaves alone what is there, and events so young that their flush may still be at work', async () => {
    await storeEvents(services, [{ worker: 'a' }]);
    await repair();
    await services.models.covers.updateOne({}, { $set: { openedBy: 'kept' } });
    await services.models.receiptCursors.deleteMany({});
    await storeEvents(services, [{ worker: 'b', receivedAt: clock.now() - 59_000 }]);
    assert.equal((await repair()).covers, 0);
    assert.equal((await services.models.covers.findOne().lean())?.openedBy, 'kept');
    clock.advance(2_000);
    assert.equal((await repair()).covers, 1);
  });

  it('registers the worker of an event that names no cover', async () => {
    await storeEvents(services, [{ type: 'shift.ended', worker: 'z', coverless: true }]);
    assert.deepEqual(await repair(), { covers: 0, workers: 1, periods: 0 });
  });

  it('four at once repair each cover once, over several batches', async () => {
    await storeEvents(
      services,
      Array.from({ length: 1_200 }, (_, i) => ({ worker: `w${i}` })),
    );
    const repairs = await Promise.all([repair(), repair(), repair(), repair()]);
    assert.equal(
      repairs.reduce((sum, { covers }) => sum + covers, 0),
      1_200,
    );
    assert.equal(
      repairs.reduce((sum, { workers }) => sum + workers, 0),
      1_200,
    );
    assert.equal(await services.models.covers.countDocuments(), 1_200);
  });
});
