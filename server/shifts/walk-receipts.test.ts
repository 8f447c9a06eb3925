import assert from 'node:assert/strict';
import { at, clearWorkday, openWorkday, storeEvents } from '../billing/testing/workday.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { OpenServices } from '../open-services.ts';
import { RECEIPT_OVERLAP_MS, walkReceipts } from './walk-receipts.ts';

describe('walkReceipts', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  before(async () => ({ services } = await openWorkday(database)));
  beforeEach(() => clearWorkday(services));

  const walk = async (until: number, sliceEvents = 3) => {
    const seen: string[] = [];
    await walkReceipts(services, { name: 'test', until, sliceEvents }, async ({ from, to }) => {
      const events = await services.models.shiftEvents
        .find({ receivedAt: { $gte: from, $lt: to } })
        .sort({ receivedAt: 1, _id: 1 })
        .lean();
      seen.push(events.map(({ externalId }) => externalId).join(''));
    });
    return seen;
  };
  const store = (worker: string, time: string) => storeEvents(services, [{ worker, time: at(time) }]);

  it('visits every event once, in the order of receipt, in slices, before the limit only', async () => {
    for (const [index, worker] of [...'abcdefgh'].entries()) await store(worker, `08:0${index}`);
    assert.deepEqual(await walk(at('08:07')), ['abc', 'def', 'g']);
  });

  it('keeps events of one millisecond in one slice', async () => {
    for (const worker of 'abcde') await store(worker, '08:00');
    await store('f', '08:01');
    assert.deepEqual(await walk(at('09:00')), ['abcde', 'f']);
  });

  it('goes on where it stopped, less the overlap, and visits nothing older again', async () => {
    await store('a', '08:00');
    await store('b', '08:30');
    await walk(at('08:31'));
    await store('c', '08:40');
    assert.deepEqual((await walk(at('09:00'))).join(''), 'bc');
    assert.equal(RECEIPT_OVERLAP_MS, 300_000);
  });

  it('repeats the slice whose visit failed, and only that', async () => {
    for (const [index, worker] of [...'abcdef'].entries()) await store(worker, `08:${index}0`);
    let slices = 0;
    const dying = walkReceipts(services, { name: 'test', until: at('10:00'), sliceEvents: 3 }, async () => {
      slices += 1;
      if (slices === 2) throw new Error('killed');
    });
    await assert.rejects(dying, /killed/);
    assert.deepEqual(await walk(at('10:00')), ['cde', 'f']);
  });

  it('begins again when its cursor was wiped', async () => {
    await store('a', '08:00');
    await walk(at('12:00'));
    await services.models.receiptCursors.deleteMany({});
    assert.deepEqual(await walk(at('12:00')), ['a']);
  });
});
