import assert from 'node:assert/strict';
import type { MovableClock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { OpenServices } from '../open-services.ts';
import { discoverPeriods } from './discover-periods.ts';
import { CORRECTION_WAIT_MS } from './finish-close.ts';
import { at, clearWorkday, DAY, openWorkday, storeEvents } from './testing/workday.ts';

describe('discoverPeriods', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));
  beforeEach(() => {
    clock.set(at('12:00'));
    return clearWorkday(services);
  });
  const discover = () => discoverPeriods(services, { now: clock.now() });
  const period = () => services.models.periods.findById(`pol_day/${DAY}`).lean();
  const closed = (cutOffAt: string) =>
    services.models.periods.updateOne({}, { $set: { state: 'closed', cutOffAt: new Date(at(cutOffAt)) } });

  it('makes a missing period, due at day end + longest shift + tail + grace', async () => {
    await storeEvents(services, [{ worker: 'a' }, { worker: 'b', day: '2026-03-01', time: at('09:00', '2026-03-01') }]);
    assert.deepEqual(await discover(), { created: 2, reopened: 0 });
    const dueAt = at('01:30', '2026-03-03') + 16 * 3_600_000 + 25 * 60_000;
    assert.equal((await period())?.dueAt.getTime(), dueAt);
    assert.equal((await period())?.lastReceivedAt?.getTime(), at('08:00'));
  });

  const rows: readonly [receivedAt: string, cutOffAt: string, reopened: number][] = [
    ['09:00', '09:05', 1],
    ['09:00', '09:06', 0],
    ['09:00', '09:00', 1],
    ['09:00', '08:00', 1],
  ];
  for (const [receivedAt, cutOffAt, reopened] of rows) {
    it(`closed with cut-off ${cutOffAt}, event received ${receivedAt}: ${reopened ? 'open again' : 'stays closed'}`, async () => {
      await storeEvents(services, [{ worker: 'a' }]);
      await discover();
      await closed(cutOffAt);
      await storeEvents(services, [{ worker: 'b', receivedAt: at(receivedAt) }]);
      await services.models.receiptCursors.deleteMany({});
      assert.equal((await discover()).reopened, reopened);
      const found = await period();
      assert.equal(found?.state, reopened ? 'open' : 'closed');
      if (reopened) assert.equal(found?.dueAt.getTime(), clock.now() + CORRECTION_WAIT_MS);
    });
  }

  it('several at once make a period once, and open it once', async () => {
    await storeEvents(services, [{ worker: 'a' }]);
    const found = await Promise.all([discover(), discover(), discover()]);
    assert.equal(
      found.reduce((sum, { created }) => sum + created, 0),
      1,
    );
    await closed('08:00');
    await services.models.receiptCursors.deleteMany({});
    const again = await Promise.all([discover(), discover(), discover()]);
    assert.equal(
      again.reduce((sum, { reopened }) => sum + reopened, 0),
      1,
    );
  });
});
