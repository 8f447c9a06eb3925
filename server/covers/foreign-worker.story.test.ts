import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { platformActor, refusalOf, registerWorker, type World } from '../platforms/testing/open-world.ts';
import { workerIdOf } from '../workers/worker-id.ts';
import { checkCover } from './check-cover.ts';
import { listCovers } from './list-covers.ts';
import { DAY, local, openShifts, report } from './testing/open-shifts.ts';

const MINUTE_MS = 60_000;
const EVENTS = 30;

describe("how much is read of another platform's worker", () => {
  const database = useTestDatabase();
  let world: World;
  const busy = workerIdOf('plt_b', 'busy');
  const idle = workerIdOf('plt_b', 'idle');
  const nobody = workerIdOf('plt_b', 'nobody');
  const actor = platformActor('plt_a');

  before(async () => {
    world = await openShifts(database);
    for (const name of ['busy', 'idle']) await registerWorker(world, 'plt_b', name, {});
    await report(world, { platformId: 'plt_b', worker: 'idle', at: local('13:00') });
    for (let n = 0; n < EVENTS; n++) {
      await report(world, { platformId: 'plt_b', worker: 'busy', shift: `s-${n}`, at: local('13:00') + n * MINUTE_MS });
    }
    world.clock.set(local('18:00'));
  });

  /** What the database looked at for a question, collection by collection. */
  const lookedAt = async (ask: () => Promise<unknown>): Promise<readonly string[]> => {
    await database.db.command({ profile: 2 });
    await assert.rejects(ask(), refusalOf('worker_not_found'));
    await database.db.command({ profile: 0 });
    const profile = database.db.collection('system.profile');
    const rows = await profile.find({ op: 'query', ns: { $not: /system\./ } }).toArray();
    await profile.drop();
    return rows.map(({ ns, docsExamined }) => `${String(ns).split('.').at(-1)} ${String(docsExamined)}`).sort();
  };

  for (const [name, ask] of [
    ['a check', (workerId: string) => checkCover(world.services, { actor, workerId, at: local('14:00') })],
    ['a list', (workerId: string) => listCovers(world.services, { actor, workerId, from: DAY, to: DAY, limit: 20 })],
  ] as const) {
    it(`${name} reads as often as of a worker that does not exist, and no more of one that works more`, async () => {
      // The books of policies and the like are read once, before.
      await assert.rejects(ask(nobody));
      const unknown = await lookedAt(() => ask(nobody));
      const few = await lookedAt(() => ask(idle));
      assert.deepEqual(
        few.map((row) => row.split(' ')[0]),
        unknown.map((row) => row.split(' ')[0]),
      );
      assert.deepEqual(await lookedAt(() => ask(busy)), few);
    });
  }
});
