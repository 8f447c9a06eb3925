import assert from 'node:assert/strict';
import { local } from '../server/covers/testing/open-shifts.ts';
import { useTestDatabase } from '../server/database/testing/test-database.ts';
import {
  clearPrepaid,
  fillDeposit,
  moneyOf,
  openPrepaid,
  openProcess,
  PRICE,
  startAll,
  workers,
} from '../server/deposits/testing/open-prepaid.ts';
import type { World } from '../server/platforms/testing/open-world.ts';
import { AGENDA_COLLECTION } from './agenda.ts';
import { runTick } from './run-tick.ts';
import { SCHEDULE } from './schedule.ts';

/** The jobs about platforms' money, as in `catch-up.story.test.ts`: late, at once, with Agenda wiped. */
describe('catching up on money from platforms', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openPrepaid(database);
  });
  beforeEach(async () => {
    await clearPrepaid(world.services);
    world.clock.set(local('12:00'));
  });

  const tick = async (name: string) => {
    const job = SCHEDULE.find((scheduled) => scheduled.name === name);
    assert.ok(job);
    return runTick(world.services, job);
  };
  const tickRepeatedly = async (name: string) => {
    const results = await Promise.all([tick(name), tick(name), tick(name)]);
    await database.db.collection(AGENDA_COLLECTION).deleteMany({});
    results.push(await tick(name));
    return (key: string) => results.reduce((sum, counts) => sum + (counts[key] ?? 0), 0);
  };

  describe('settle-envelopes', () => {
    it('closes once what a process that died left open, however late', async () => {
      await fillDeposit(world.services, 'in', 100 * PRICE);
      const died = await openProcess(world);
      await startAll(died, workers(5, 'w'));
      world.clock.set(local('12:00', '2026-03-03'));
      await tick('repair-covers');
      const sum = await tickRepeatedly('settle-envelopes');
      assert.deepEqual([sum('envelopes'), sum('failed')], [1, 0]);
      assert.deepEqual(await moneyOf(world.services), { deposit: 95 * PRICE, envelopes: 0, prepaid: 5 * PRICE });
    });
  });
});
