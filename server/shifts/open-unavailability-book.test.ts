import assert from 'node:assert/strict';
import { checkCover } from '../covers/check-cover.ts';
import { local, openShifts, report } from '../covers/testing/open-shifts.ts';
import { foldCovers } from '../billing/fold-covers.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { platformActor, type World } from '../platforms/testing/open-world.ts';
import { openUnavailabilityBook } from './open-unavailability-book.ts';

const DAY_MS = 86_400_000;

describe('recorded unavailability', () => {
  const database = useTestDatabase();
  let world: World;
  const book = () => openUnavailabilityBook(database, world.services.models, world.clock);
  before(async () => {
    world = await openShifts(database);
    await world.services.beat();
  });

  it('a silence is known to every process that starts after it, also beside the one that records it', async () => {
    const [one, other] = [book(), book()];
    world.clock.set(local('12:30'));
    await one.beat();
    await other.beat();
    for (const each of [one, other]) {
      const [silence] = each.intervals();
      assert.deepEqual([silence?.from, silence?.to], [local('12:00'), local('12:30')]);
    }
    await world.services.beat();
    assert.equal(world.services.unavailability.intervals().length, 1, 'read once, however often it beats');
    await world.services.beat();
    assert.equal(world.services.unavailability.intervals().length, 1);
  });

  it('counts in answers about what was known only from its recording on (G19)', () => {
    assert.equal(world.services.unavailability.intervals(local('12:30')).length, 1);
    assert.equal(world.services.unavailability.intervals(local('12:30') - 1).length, 0);
  });

  it('verdict and bill agree about a day long past', async () => {
    const start = await report(world, { worker: 'excused', at: local('12:05'), receivedAt: local('12:31') });
    assert.deepEqual(start.decision.flags, ['unavailability_excused', 'age_unknown']);
    world.clock.set(local('12:31') + 100 * DAY_MS);
    const later = book();
    await later.refresh();
    const services = { ...world.services, unavailability: later };
    const { answers } = await checkCover(services, {
      actor: platformActor('plt_a'),
      workerId: 'excused',
      at: local('12:10'),
      asKnownAt: world.clock.now(),
    });
    assert.ok('asKnown' in answers);
    const [bill] = await foldCovers(
      services,
      [{ coverId: start.decision.cover?.coverId ?? '', workerId: start.workerId }],
      world.clock.now(),
    );
    assert.deepEqual(answers.asKnown.verdict.covers[0]?.windows, bill?.windows);
    assert.equal(bill?.windows[0]?.from, local('12:05'));
    assert.equal(later.intervals().length, 1, 'kept for as long as its days can be asked for');
  });
});
