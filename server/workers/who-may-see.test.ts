import assert from 'node:assert/strict';
import { grantConsent } from '../consents/grant-consent.ts';
import { withdrawConsent } from '../consents/withdraw-consent.ts';
import type { Actor } from '../actor.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { verifyPerson } from '../people/verify-person.ts';
import {
  NATIONAL_ID,
  NOW,
  openWorld,
  OPERATOR,
  OTHER_NATIONAL_ID,
  personActor,
  platformActor,
  refusalOf,
  registerWorker,
  workerActor,
  type World,
} from '../platforms/testing/open-world.ts';
import { findOwnWorker, findWorker } from './find-worker.ts';
import { readableCovers } from './readable-covers.ts';

const HOUR_MS = 3_600_000;

/** One person works for both platforms, as proved; a third worker is only said to be that person; a fourth is another. */
describe('who may see whose covers (G22)', () => {
  const database = useTestDatabase();
  let world: World;
  let personId: string;
  let atA: string;
  let atB: string;
  let asserted: string;
  let stranger: string;

  before(async () => {
    world = await openWorld(database);
    const register = async (platformId: string, externalId: string, nationalId: string): Promise<string> =>
      (await registerWorker(world, platformId, externalId, { nationalId })).worker._id;
    atA = await register('plt_a', 'r1', NATIONAL_ID);
    atB = await register('plt_b', 'r1', NATIONAL_ID);
    asserted = await register('plt_b', 'r2', NATIONAL_ID);
    stranger = await register('plt_b', 'r3', OTHER_NATIONAL_ID);
    ({ personId } = await verifyPerson(world.services, { actor: OPERATOR, workerId: atA }));
    await verifyPerson(world.services, { actor: OPERATOR, workerId: atB });
  });
  beforeEach(async () => {
    world.clock.set(NOW);
    await world.services.models.consents.deleteMany({});
  });

  const a = platformActor('plt_a');
  const find = async (actor: Actor, id: string): Promise<string> => (await findWorker(world.services, actor, id))._id;
  const grant = (granteePlatformId: string, expiresAt = NOW + HOUR_MS) =>
    grantConsent(world.services, {
      actor: personActor(personId),
      granteePlatformId,
      purpose: 'cover_check',
      expiresAt,
    });
  const seen = async (actor: Actor, id: string): Promise<string[]> => {
    const covers = await readableCovers(world.services, actor, await findWorker(world.services, actor, id));
    return covers.map(
      ({ workerId, basis }) => `${workerId === atA ? 'atA' : workerId === atB ? 'atB' : workerId} ${basis}`,
    );
  };

  it('answers unknown, foreign and not consented alike', async () => {
    const missed: Error[] = [];
    for (const [actor, id] of [
      [a, 'nobody'],
      [a, 'wrk_nobody'],
      [a, stranger],
      [a, asserted],
      [a, atB],
      [a, 'me'],
      [platformActor('plt_nobody'), atB],
      [workerActor({ _id: atA, platformId: 'plt_a' }), atB],
      [workerActor({ _id: atA, platformId: 'plt_a' }), 'r1'],
      [personActor(personId), asserted],
      [personActor('per_nobody'), atA],
      [personActor('per_nobody'), 'me'],
      [OPERATOR, 'r1'],
      [{ kind: 'public' }, atA],
    ] as const) {
      await assert.rejects(findWorker(world.services, actor, id), (error) => {
        assert.ok(refusalOf('worker_not_found')(error) && error instanceof Error);
        missed.push(error);
        return true;
      });
    }
    assert.deepEqual(new Set(missed.map((error) => JSON.stringify([error.message, { ...error }]))).size, 1);
  });

  it('does the same reads for unknown, foreign and not consented', async () => {
    const reads = async (id: string): Promise<string[]> => {
      const seenReads: string[] = [];
      database.connection.set('debug', (collection: string, method: string) =>
        seenReads.push(`${collection}.${method}`),
      );
      await assert.rejects(findWorker(world.services, a, id));
      database.connection.set('debug', false);
      return seenReads;
    };
    const unknown = await reads('wrk_nobody');
    assert.deepEqual(unknown, ['workers.findOne', 'shift_events.findOne', 'consents.findOne']);
    assert.deepEqual(await reads(stranger), unknown);
    assert.deepEqual(await reads(atB), unknown);
    assert.deepEqual(await reads('nobody'), unknown);
  });

  it('finds what is the own', async () => {
    assert.deepEqual([await find(a, 'r1'), await find(a, atA)], [atA, atA]);
    const token = workerActor({ _id: atA, platformId: 'plt_a' });
    assert.deepEqual([await find(token, 'me'), await find(token, atA)], [atA, atA]);
    const person = personActor(personId);
    assert.deepEqual([await find(person, atA), await find(person, atB)], [atA, atB]);
    assert.ok([atA, atB].includes(await find(person, 'me')));
    assert.equal(await find(OPERATOR, stranger), stranger);
  });

  it('shows a platform its own worker only, without a consent', async () => {
    assert.deepEqual(await seen(a, 'r1'), ['atA own_policy']);
    await grant('plt_b');
    assert.deepEqual(await seen(a, 'r1'), ['atA own_policy']);
  });

  it('shows it the rest while a consent lives: from its grant, until it expires or is withdrawn', async () => {
    await grant('plt_a');
    assert.deepEqual(await seen(a, 'r1'), ['atA own_policy', 'atB consent']);
    assert.deepEqual(await seen(a, atB), ['atB consent', 'atA own_policy']);
    await assert.rejects(findOwnWorker(world.services, a, atB), refusalOf('worker_not_found'));
    world.clock.set(NOW + HOUR_MS - 1);
    assert.equal((await seen(a, 'r1')).length, 2);
    world.clock.set(NOW + HOUR_MS);
    assert.deepEqual(await seen(a, 'r1'), ['atA own_policy']);
    await assert.rejects(find(a, atB), refusalOf('worker_not_found'));

    world.clock.set(NOW);
    const [consent] = await world.services.models.consents.find().lean();
    await withdrawConsent(world.services, { actor: personActor(personId), consentId: consent?._id ?? '' });
    assert.deepEqual(await seen(a, 'r1'), ['atA own_policy']);
  });

  it('never opens anything by a link that a platform merely asserted', async () => {
    await grant('plt_b');
    const b = platformActor('plt_b');
    assert.deepEqual(await seen(b, 'r2'), [`${asserted} own_policy`]);
    await assert.rejects(find(a, asserted), refusalOf('worker_not_found'));
  });

  it("shows a worker's token that worker alone, a person all of theirs, an operator the same", async () => {
    assert.deepEqual(await seen(workerActor({ _id: atA, platformId: 'plt_a' }), 'me'), ['atA self']);
    assert.deepEqual((await seen(personActor(personId), atB)).sort(), ['atA self', 'atB self']);
    assert.deepEqual(await seen(OPERATOR, atA), ['atA operator', 'atB operator']);
  });
});
