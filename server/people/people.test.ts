import assert from 'node:assert/strict';
import { grantConsent } from '../consents/grant-consent.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { openPolicy } from '../policies/open-policy.ts';
import {
  NATIONAL_ID,
  NOW,
  openWorld,
  OPERATOR,
  OTHER_NATIONAL_ID,
  outcomesOf,
  personActor,
  platformActor,
  policyInput,
  refusalOf,
  registerWorker,
  type World,
} from '../platforms/testing/open-world.ts';
import { getWorker } from '../workers/get-worker.ts';
import { mintWorkerToken } from '../workers/mint-worker-token.ts';
import { erasePerson, planErasure } from './erase-person.ts';
import { expireTokens, EXPIRED_TOKEN_KEPT_MS } from './expire-tokens.ts';
import { exportPerson } from './export-person.ts';
import { hashToken } from './hash-token.ts';
import type { PersonRef } from './person-scope.ts';
import { profileIdOf } from './profile.ts';
import { verifyPerson } from './verify-person.ts';

const PERSONAL = {
  name: '王小明',
  phone: '+86 138 0013 8008',
  nationalId: NATIONAL_ID,
  birthOn: '1990-05-05',
} as const;
const actor = OPERATOR;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : -1);

describe('people', () => {
  const database = useTestDatabase();
  let world: World;

  before(async () => {
    world = await openWorld(database);
    await openPolicy(world.services, policyInput({ policyId: 'pol_1' }));
  });
  beforeEach(async () => {
    world.clock.set(NOW);
    const names = ['workers', 'people', 'tokens', 'consents', 'shift_events', 'covers', 'disclosures', 'events'];
    await Promise.all(names.map((name) => database.db.collection(name).deleteMany({})));
  });

  const register = async (platformId: string, externalId: string): Promise<string> =>
    (await registerWorker(world, platformId, externalId, PERSONAL)).worker._id;
  const exported = async (ref: PersonRef): Promise<Record<string, unknown>> => {
    let text = '';
    for await (const chunk of exportPerson(world.services, { actor, ...ref })) text += chunk;
    const parsed: unknown = JSON.parse(text);
    assert.ok(isRecord(parsed));
    return parsed;
  };

  describe('verifyPerson', () => {
    it('proves the asserted link and gives a token of which only the hash is kept', async () => {
      const workerId = await register('plt_a', 'r1');
      const { token, personId, expiresAt } = await verifyPerson(world.services, { actor, workerId, ttlSeconds: 60 });
      assert.match(token, /^pst_[0-9a-z]{32}$/);
      assert.equal(expiresAt, NOW + 60_000);
      const stored = await world.services.models.tokens.find().lean();
      assert.deepEqual(
        stored.map(({ _id, kind, subjectId }) => [_id, kind, subjectId]),
        [[hashToken(token), 'person', personId]],
      );
      assert.ok(!JSON.stringify(stored).includes(token));
      const worker = await world.services.models.workers.findById(workerId).lean();
      assert.deepEqual([worker?.personId, worker?.personLink], [personId, 'verified']);
    });

    it('tells the platform that its worker was linked, once, and not to whom', async () => {
      const { events } = world.services.models;
      const workerId = await register('plt_a', 'r1');
      const { personId } = await verifyPerson(world.services, { actor, workerId });
      await verifyPerson(world.services, { actor, workerId });
      const told = await events.find().lean();
      assert.deepEqual(
        told.map(({ type, aggregateId, sequence, audienceKey, data }) => [
          type,
          aggregateId,
          sequence,
          audienceKey,
          data,
        ]),
        [['worker.linked', workerId, 1, 'platform:plt_a', { workerId, externalId: 'r1' }]],
      );
      assert.ok(!JSON.stringify(told).includes(personId));
      const other = await registerWorker(world, 'plt_b', 'r2', { nationalId: OTHER_NATIONAL_ID });
      await verifyPerson(world.services, { actor, workerId, nationalId: OTHER_NATIONAL_ID });
      assert.ok(other.worker.personId);
      assert.deepEqual(
        (await events.find().sort({ sequence: 1 }).lean()).map(({ sequence }) => sequence),
        [1, 2],
      );
    });

    it('takes the national id that was proved over the one asserted', async () => {
      const workerId = await register('plt_a', 'r1');
      const other = await registerWorker(world, 'plt_b', 'r2', { nationalId: OTHER_NATIONAL_ID });
      const proved = await verifyPerson(world.services, { actor, workerId, nationalId: OTHER_NATIONAL_ID });
      assert.equal(proved.personId, other.worker.personId);
    });

    it('refuses an unknown worker, a person nobody named, a lifetime out of bounds, and leaves no token', async () => {
      const { worker } = await registerWorker(world, 'plt_a', 'r1');
      for (const [input, code] of [
        [{ workerId: 'wrk_nobody' }, 'worker_not_found'],
        [{ workerId: 'wrk_nobody', nationalId: NATIONAL_ID }, 'worker_not_found'],
        [{ workerId: worker._id }, 'person_unknown'],
        [{ workerId: worker._id, nationalId: '110105194912310021' }, 'national_id_invalid'],
        [{ workerId: worker._id, nationalId: NATIONAL_ID, ttlSeconds: 366 * 86_400 }, 'ttl_invalid'],
      ] as const) {
        await assert.rejects(verifyPerson(world.services, { actor, ...input }), refusalOf(code));
      }
      assert.equal(await world.services.models.tokens.countDocuments(), 0);
    });
  });

  describe('exportPerson', () => {
    it('holds all that is known of the person in one JSON, and no secrets; the export is itself disclosed', async () => {
      const workerId = await register('plt_a', 'r1');
      const [result] = await world.services.intake.submit(
        [
          {
            source: 'https://a.example/shifts',
            id: 'e1',
            type: 'shift.started',
            time: NOW,
            data: { workerId: 'r1', shiftId: 's1', occupationClass: 'rider', territory: 'CN' },
          },
        ],
        { platformId: 'plt_a', via: 'api' },
      );
      assert.equal(result?.status === 'accepted' && result.decision.outcome, 'covered');
      const second = await register('plt_b', 'r1');
      const unproved = await register('plt_b', 'r2');
      const { personId, token } = await verifyPerson(world.services, { actor, workerId });
      await verifyPerson(world.services, { actor, workerId: second });
      await grantConsent(world.services, {
        actor: personActor(personId),
        granteePlatformId: 'plt_b',
        purpose: 'cover_check',
        expiresAt: NOW + 1_000,
      });

      const whole = await exported({ workerId });
      const count = (name: string): number => lengthOf(whole[name]);
      assert.deepEqual(
        ['workers', 'consents', 'tokens', 'shiftEvents', 'covers', 'certificates', 'disclosures'].map((name) => [
          name,
          count(name),
        ]),
        [
          ['workers', 2],
          ['consents', 1],
          ['tokens', 2],
          ['shiftEvents', 1],
          ['covers', 1],
          ['certificates', 0],
          ['disclosures', 2],
        ],
      );
      assert.deepEqual(whole.unverifiedWorkers, [{ id: unproved, platformId: 'plt_b' }]);
      const text = JSON.stringify(whole);
      for (const known of Object.values(PERSONAL)) assert.ok(text.includes(known), known);
      for (const secret of ['wrappedKey', 'nationalIdHash', hashToken(token), token])
        assert.ok(!text.includes(secret), secret);
      assert.ok(text.includes('operator:opr_test'));
      assert.deepEqual(await exported({ personId }), whole);
    });

    it('gives of a worker whom nobody proved that worker alone', async () => {
      const workerId = await register('plt_a', 'r1');
      await register('plt_b', 'r1');
      const alone = await exported({ workerId });
      assert.deepEqual([lengthOf(alone.workers), alone.unverifiedWorkers, alone.person], [1, [], null]);
      await assert.rejects(exported({ workerId: 'wrk_nobody' }), refusalOf('worker_not_found'));
      await assert.rejects(exported({ personId: 'per_nobody' }), refusalOf('person_not_found'));
    });
  });

  describe('erasePerson', () => {
    it('destroys keys and personal data everywhere, ends tokens and consents, keeps facts, and is harmless to repeat', async () => {
      const workerId = await register('plt_a', 'r1');
      const unproved = await register('plt_b', 'r2');
      const { personId } = await verifyPerson(world.services, { actor, workerId });
      const grant = { actor: personActor(personId), granteePlatformId: 'plt_b', purpose: 'cover_check' } as const;
      await grantConsent(world.services, { ...grant, expiresAt: NOW + 1_000 });
      const other = (await registerWorker(world, 'plt_b', 'r3', { name: 'Other', nationalId: OTHER_NATIONAL_ID }))
        .worker;

      const planned = await planErasure(world.services, { personId });
      assert.deepEqual(
        [planned.tokens, planned.consents, [...planned.workerIds].sort()],
        [1, 1, [workerId, unproved].sort()],
      );
      const erasure = await erasePerson(world.services, { actor, personId });
      assert.deepEqual(erasure, { ...planned, erasedAt: NOW });

      const people = await world.services.models.people.find({ erasedAt: { $exists: true } }).lean();
      assert.deepEqual(
        people.map(({ _id }) => _id).sort(),
        [personId, profileIdOf(workerId), profileIdOf(unproved)].sort(),
      );
      for (const person of people)
        assert.deepEqual(Object.keys(person).sort(), ['_id', 'createdAt', 'erasedAt', 'mode', 'updatedAt']);
      const { worker, profile } = await getWorker(world.services, platformActor('plt_a'), 'r1');
      assert.deepEqual([worker.birthOn, profile], [undefined, {}]);
      assert.equal((await getWorker(world.services, platformActor('plt_b'), other.externalId)).profile.name, 'Other');
      assert.equal(await world.services.models.tokens.countDocuments({ revokedAt: { $exists: false } }), 0);
      assert.equal(await world.services.models.consents.countDocuments({ withdrawnAt: { $exists: false } }), 0);

      const before = await world.services.models.people.find().sort({ _id: 1 }).lean();
      world.clock.advance(1_000);
      await erasePerson(world.services, { actor, personId });
      assert.deepEqual(await world.services.models.people.find().sort({ _id: 1 }).lean(), before);
      await assert.rejects(verifyPerson(world.services, { actor, workerId }), refusalOf('person_erased'));
      const anew = await verifyPerson(world.services, { actor, workerId, nationalId: NATIONAL_ID });
      assert.notEqual(anew.personId, personId);
    });

    it('of a worker whom nobody proved reaches that worker alone', async () => {
      const workerId = await register('plt_a', 'r1');
      await register('plt_b', 'r1');
      const racing = [1, 2, 3].map(() => erasePerson(world.services, { actor, workerId }));
      assert.deepEqual(await outcomesOf(racing), { fulfilled: 3, refused: [] });
      assert.equal((await getWorker(world.services, platformActor('plt_b'), 'r1')).profile.name, PERSONAL.name);
      assert.deepEqual((await getWorker(world.services, platformActor('plt_a'), 'r1')).profile, {});
      await registerWorker(world, 'plt_a', 'r1', { name: 'Anew' });
      assert.deepEqual((await getWorker(world.services, platformActor('plt_a'), 'r1')).profile, { name: 'Anew' });
    });
  });

  describe('expireTokens', () => {
    it('removes long expired tokens in bounded batches, and no others', async () => {
      await register('plt_a', 'r1');
      const mint = (ttlSeconds: number) =>
        mintWorkerToken(world.services, { actor: platformActor('plt_a'), idOrExternalId: 'r1', ttlSeconds });
      for (let n = 0; n < 5; n++) await mint(60);
      const kept = await mint(61);
      world.clock.set(NOW + 60_000 + EXPIRED_TOKEN_KEPT_MS - 1);
      assert.deepEqual(await expireTokens(world.services), { removed: 0, more: false });
      world.clock.advance(1);
      assert.deepEqual(await expireTokens(world.services, { batchSize: 2, batchesMax: 2 }), { removed: 4, more: true });
      assert.deepEqual(await expireTokens(world.services, { batchSize: 2, batchesMax: 2 }), {
        removed: 1,
        more: false,
      });
      const left = await world.services.models.tokens.find().lean();
      assert.deepEqual(
        left.map(({ tokenId }) => tokenId),
        [kept.tokenId],
      );
    });
  });
});
