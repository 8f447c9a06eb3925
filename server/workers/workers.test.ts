import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { checkIfMatch } from '../http/etag.ts';
import { openProfile, profileIdOf } from '../people/profile.ts';
import { verifyPerson } from '../people/verify-person.ts';
import {
  NATIONAL_ID,
  NOW,
  openWorld,
  OPERATOR,
  OTHER_NATIONAL_ID,
  outcomesOf,
  platformActor,
  refusalOf,
  registerWorker,
  type World,
} from '../platforms/testing/open-world.ts';
import { getWorker } from './get-worker.ts';
import { listWorkers } from './list-workers.ts';
import { putWorker } from './put-worker.ts';
import { renderWorker, workerEtag } from './render-worker.ts';
import { workerIdOf } from './worker-id.ts';

const PERSONAL = { name: '王小明', phone: '+86 138 0013 8008', nationalId: NATIONAL_ID } as const;

describe('workers', () => {
  const database = useTestDatabase();
  let world: World;

  before(async () => {
    world = await openWorld(database);
  });
  beforeEach(async () => {
    world.clock.set(NOW);
    await Promise.all(
      ['workers', 'people', 'tokens', 'events'].map((name) => database.db.collection(name).deleteMany({})),
    );
  });

  const everything = async (): Promise<string> => {
    const all = await Promise.all((await database.db.collections()).map((collection) => collection.find().toArray()));
    return JSON.stringify(all);
  };
  const workerOf = (platformId: string, externalId: string) =>
    world.services.models.workers.findById(workerIdOf(platformId, externalId)).lean();

  it('keeps personal data encrypted: no document holds a name, a phone or a national id', async () => {
    await registerWorker(world, 'plt_a', 'r1', { ...PERSONAL, birthOn: '1949-12-31' });
    const stored = await everything();
    for (const secret of [PERSONAL.name, '王', '138 0013', '8008', NATIONAL_ID, NATIONAL_ID.slice(0, 17)]) {
      assert.ok(!stored.includes(secret), secret);
    }
    const profile = await world.services.models.people.findById(profileIdOf(workerIdOf('plt_a', 'r1'))).lean();
    assert.deepEqual(openProfile(world.services.secrets, profile), PERSONAL);
  });

  it('comes back masked', async () => {
    const { worker, profile } = await registerWorker(world, 'plt_a', 'r1', PERSONAL);
    const view = renderWorker(worker, profile);
    assert.deepEqual([view.name, view.phone, view.nationalIdGiven, view.birthOn], ['王**', '***08', true, null]);
    assert.ok(!JSON.stringify(view).includes('per_'));
  });

  it('changes what is named, keeps what is absent, removes what is null, and does nothing twice', async () => {
    const first = await registerWorker(world, 'plt_a', 'r1', { ...PERSONAL, birthOn: '1990-01-01' });
    assert.deepEqual([first.created, first.worker.version], [true, 1]);
    world.clock.advance(1_000);
    const same = await registerWorker(world, 'plt_a', 'r1', { ...PERSONAL, birthOn: '1990-01-01' });
    assert.deepEqual([same.created, same.worker.version, same.worker.updatedAt.getTime()], [false, 1, NOW]);
    const changed = await registerWorker(world, 'plt_a', 'r1', { phone: '10086' });
    assert.deepEqual([changed.worker.version, changed.profile], [2, { ...PERSONAL, phone: '10086' }]);
    const removed = await registerWorker(world, 'plt_a', 'r1', { birthOn: null, name: null, nationalId: null });
    assert.deepEqual(removed.profile, { phone: '10086' });
    const stored = await workerOf('plt_a', 'r1');
    assert.deepEqual(
      [stored?.birthOn, stored?.personId, stored?.personLink, stored?.version],
      [undefined, undefined, undefined, 3],
    );
  });

  it('registers a worker once when two register it at once, and loses neither change', async () => {
    const racing = await Promise.all([
      registerWorker(world, 'plt_a', 'r1', { name: 'Anna' }),
      registerWorker(world, 'plt_a', 'r1', { phone: '10086' }),
      registerWorker(world, 'plt_a', 'r1', { birthOn: '1990-01-01' }),
    ]);
    assert.equal(racing.filter(({ created }) => created).length, 1);
    const { worker, profile } = await getWorker(world.services, platformActor('plt_a'), 'r1');
    assert.deepEqual([profile, worker.birthOn, worker.version], [{ name: 'Anna', phone: '10086' }, '1990-01-01', 3]);
  });

  it('lets one of those through that change the same version', async () => {
    const { worker } = await registerWorker(world, 'plt_a', 'r1');
    const headers = { 'if-match': workerEtag(worker) };
    const racing = ['A', 'B', 'C'].map((name) =>
      putWorker(world.services, {
        actor: platformActor('plt_a'),
        externalId: 'r1',
        change: { name },
        checkVersion: (etag) => checkIfMatch(headers, etag),
      }),
    );
    assert.deepEqual(await outcomesOf(racing), { fulfilled: 1, refused: ['version_moved', 'version_moved'] });
  });

  for (const [externalId, change, code] of [
    ['13800138000', {}, 'external_id_refused'],
    [NATIONAL_ID, {}, 'external_id_refused'],
    ['wrk_1', {}, 'external_id_refused'],
    ['r1', { nationalId: '110105194912310021' }, 'national_id_invalid'],
    ['r1', { nationalId: '!!!!' }, 'national_id_invalid'],
    ['r1', { birthOn: '2026-03-02' }, 'birth_on_invalid'],
  ] as const) {
    it(`refuses ${externalId} with ${JSON.stringify(change)}: ${code}, and stores nothing`, async () => {
      await assert.rejects(registerWorker(world, 'plt_a', externalId, change), refusalOf(code));
      assert.equal(await world.services.models.workers.countDocuments(), 0);
    });
  }

  describe('a person across platforms', () => {
    it('is recognised by the national id, and the answer is the same whether anybody knew them (G23)', async () => {
      const first = await registerWorker(world, 'plt_a', 'r1', PERSONAL);
      const matched = await registerWorker(world, 'plt_b', 'r1', { ...PERSONAL, nationalId: ' 110105-19491231-002x' });
      const fresh = await registerWorker(world, 'plt_b', 'r2', { ...PERSONAL, nationalId: OTHER_NATIONAL_ID });
      assert.equal(matched.worker.personId, first.worker.personId);
      assert.notEqual(fresh.worker.personId, first.worker.personId);
      const comparable = ({ worker, profile }: typeof matched): unknown => ({
        ...renderWorker(worker, profile),
        id: '',
        externalId: '',
      });
      assert.deepEqual(comparable(matched), comparable(fresh));
      assert.equal(matched.worker.personLink, 'asserted');
    });

    it('is one person also when two platforms register them at once', async () => {
      const both = await Promise.all(
        ['plt_a', 'plt_b', 'plt_a', 'plt_b'].map((platformId, n) =>
          registerWorker(world, platformId, `n${n}`, PERSONAL),
        ),
      );
      assert.equal(new Set(both.map(({ worker }) => worker.personId)).size, 1);
    });

    it('never shows or loses what one platform said because of another', async () => {
      await registerWorker(world, 'plt_a', 'r1', PERSONAL);
      await registerWorker(world, 'plt_b', 'r9', { nationalId: NATIONAL_ID, name: 'Other Name' });
      const atA = await getWorker(world.services, platformActor('plt_a'), 'r1');
      const atB = await getWorker(world.services, platformActor('plt_b'), 'r9');
      assert.deepEqual([atA.profile.name, atB.profile.name, atB.profile.phone], ['王小明', 'Other Name', undefined]);
    });

    it('is nobody in live data who is somebody in test data', async () => {
      await world.services.models.platforms.updateOne({ _id: 'plt_b' }, { $set: { mode: 'live' } });
      try {
        const test = await registerWorker(world, 'plt_a', 'r1', PERSONAL);
        const live = await registerWorker(world, 'plt_b', 'r1', PERSONAL);
        assert.notEqual(test.worker.personId, live.worker.personId);
      } finally {
        await world.services.models.platforms.updateOne({ _id: 'plt_b' }, { $set: { mode: 'test' } });
      }
    });

    it('is not moved by an assertion once proved, and the platform cannot tell', async () => {
      const { worker } = await registerWorker(world, 'plt_a', 'r1', PERSONAL);
      const verified = await verifyPerson(world.services, { actor: OPERATOR, workerId: worker._id });
      assert.equal(verified.personId, worker.personId);
      const after = await getWorker(world.services, platformActor('plt_a'), 'r1');
      assert.equal(workerEtag(after.worker), workerEtag(worker));
      await registerWorker(world, 'plt_a', 'r1', { nationalId: OTHER_NATIONAL_ID });
      await registerWorker(world, 'plt_a', 'r1', { nationalId: null });
      const stored = await workerOf('plt_a', 'r1');
      assert.deepEqual([stored?.personId, stored?.personLink], [worker.personId, 'verified']);
    });
  });

  describe('listWorkers', () => {
    it('finds by the beginning of the external id, in order, page by page, and only the own ones', async () => {
      for (const id of ['ra-1', 'ra-2', 'ra-3', 'rb-1', '骑手-1']) await registerWorker(world, 'plt_a', id);
      await registerWorker(world, 'plt_b', 'ra-0');
      const list = async (input: { prefix?: string; after?: string; limit: number }): Promise<string[]> =>
        (await listWorkers(world.services, { actor: platformActor('plt_a'), ...input })).map(
          ({ worker }) => worker.externalId,
        );
      assert.deepEqual(await list({ limit: 10 }), ['ra-1', 'ra-2', 'ra-3', 'rb-1', '骑手-1']);
      assert.deepEqual(await list({ prefix: 'ra', limit: 10 }), ['ra-1', 'ra-2', 'ra-3']);
      assert.deepEqual(await list({ prefix: '骑', limit: 10 }), ['骑手-1']);
      assert.deepEqual(await list({ prefix: 'ra', limit: 1 }), ['ra-1', 'ra-2']);
      assert.deepEqual(await list({ prefix: 'ra', after: 'ra-2', limit: 1 }), ['ra-3']);
      assert.deepEqual(await list({ prefix: 'x', limit: 1 }), []);
    });
  });
});
