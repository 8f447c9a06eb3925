import assert from 'node:assert/strict';
import { local, openShifts, report } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { World } from '../platforms/testing/open-world.ts';

const DAY = '2026-02-10';

describe('one shift, two workers (G12, G13)', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openShifts(database);
  });
  beforeEach(() => world.services.models.shiftEvents.deleteMany({}));

  const start = async (worker: string, time: string, day: string, shift = 'shift-1', receivedAt?: number) => {
    const at = local(time, day);
    const { decision } = await report(world, { worker, shift, at, ...(receivedAt !== undefined && { receivedAt }) });
    return [decision.outcome, ...decision.reasons].join(' ');
  };

  const rows: [why: string, time: string, day: string, says: string][] = [
    ['at once', '08:00', DAY, 'not_covered shift_of_other_worker'],
    ['within the longest shift', '23:59', DAY, 'not_covered shift_of_other_worker'],
    ['a longest shift later, still', '00:00', '2026-02-11', 'not_covered shift_of_other_worker'],
    ['beyond it: another shift of that number', '00:01', '2026-02-11', 'covered age_unknown'],
    ['the next day', '08:00', '2026-02-11', 'covered age_unknown'],
  ];
  for (const [why, time, day, says] of rows) {
    it(`started by the other ${why}: ${says}`, async () => {
      assert.equal(await start(`first-${why}`, '08:00', DAY), 'covered age_unknown');
      assert.equal(await start(`other-${why}`, time, day), says);
    });
  }

  it('belongs to the one whose start was received first', async () => {
    assert.equal(await start('late', '09:00', DAY), 'covered age_unknown');
    assert.equal(
      await start('early', '08:55', DAY, 'shift-1', local('09:01', DAY)),
      'not_covered shift_of_other_worker',
    );
    assert.equal(await start('late', '10:00', DAY), 'already_covered age_unknown shift_already_started');
  });
});
