import assert from 'node:assert/strict';
import { local, openShifts, report } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { World } from '../platforms/testing/open-world.ts';

const MINUTE_MS = 60_000;

describe('our own unavailability (G9)', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openShifts(database);
  });
  beforeEach(async () => {
    for (const name of ['shift_events', 'covers', 'heartbeats', 'unavailabilities']) {
      await database.db.collection(name).deleteMany({});
    }
  });

  /** Beats at 12:00, and again so many minutes later, from several processes at once. */
  async function silentFor(ms: number): Promise<readonly { from: Date; to: Date }[]> {
    world.clock.set(local('12:00'));
    await world.services.beat();
    world.clock.advance(ms);
    await Promise.all([world.services.beat(), world.services.beat(), world.services.beat()]);
    return world.services.models.unavailabilities.find().lean();
  }

  it('of a minute is none', async () => assert.deepEqual(await silentFor(MINUTE_MS), []));

  it('of more is recorded once, from the last sign of life to the next', async () => {
    const recorded = await silentFor(30 * MINUTE_MS);
    assert.deepEqual(
      recorded.map(({ from, to }) => [from.getTime(), to.getTime()]),
      [[local('12:00'), local('12:30')]],
    );
  });

  it('does not count as lateness, and the answer says so; what is late beside it stays late', async () => {
    await silentFor(30 * MINUTE_MS);
    const start = async (worker: string, time: string, receivedAt: string) => {
      const { decision } = await report(world, { worker, at: local(time), receivedAt: local(receivedAt) });
      return [decision.flags.includes('unavailability_excused'), decision.cover?.effectiveAt.getTime()];
    };
    assert.deepEqual(await start('excused', '12:05', '12:39'), [true, local('12:05')]);
    assert.deepEqual(await start('late-too', '11:55', '12:36'), [false, local('12:36')]);
    assert.deepEqual(await start('in-time', '12:32', '12:40'), [false, local('12:32')]);
  });
});
