import assert from 'node:assert/strict';
import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import { MovableClock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { createPlatform } from '../platforms/create-platform.ts';
import {
  NOW,
  openWorld,
  OPERATOR,
  outcomesOf,
  policyInput,
  refusalOf,
  type World,
} from '../platforms/testing/open-world.ts';
import { listPolicies } from './list-policies.ts';
import { openPolicyBook } from './open-policy-book.ts';
import { openPolicy, type OpenPolicyInput } from './open-policy.ts';
import { policyOf } from './policy-of.ts';
import { revisePolicy } from './revise-policy.ts';

describe('policies', () => {
  const database = useTestDatabase();
  let world: World;
  const actor = OPERATOR;

  before(async () => {
    world = await openWorld(database);
  });
  beforeEach(async () => {
    world.clock.set(NOW);
    await world.services.models.policyRevisions.deleteMany({});
    world.services.policies.forget();
  });

  it('opens a policy, known to the book at once, and is harmless to repeat', async () => {
    assert.deepEqual(await world.services.policies.revisionsOf('plt_a'), []);
    const opened = await openPolicy(world.services, policyInput({ policyId: 'pol_1' }));
    assert.deepEqual([opened.revision, opened.effectiveAt, opened.recordedAt], [1, Date.UTC(2026, 0, 1), NOW]);
    assert.deepEqual(await world.services.policies.revisionsOf('plt_a'), [opened]);
    world.clock.advance(5);
    assert.deepEqual(await openPolicy(world.services, policyInput({ policyId: 'pol_1' })), opened);
    const other = openPolicy(world.services, policyInput({ policyId: 'pol_1', territories: ['HK'] }));
    await assert.rejects(other, refusalOf('policy_id_taken'));
  });

  const bad: readonly [what: string, change: Partial<OpenPolicyInput>, pointer: string][] = [
    ['an unknown product', { product: 'rider-day@99' }, '/product'],
    ['an empty period', { period: { from: NOW, to: NOW } }, '/period'],
    ['an offset for a zone', { timeZone: '+08:00' }, '/timeZone'],
    ['a zone that is none', { timeZone: 'Asia/Atlantis' }, '/timeZone'],
    ['nobody to insure', { occupationClasses: [] }, '/occupationClasses'],
    ['a territory twice', { territories: ['CN', 'CN'] }, '/territories'],
    ['no policyholder', { policyholder: ' ' }, '/policyholder'],
    ['an unknown carrier', { carrierId: 'car_nobody' }, '/carrierId'],
    ['an unknown platform', { platformId: 'plt_nobody' }, '/platformId'],
  ];
  for (const [what, change, pointer] of bad) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(openPolicy(world.services, policyInput(change)), (error) => {
        assert.ok(refusalOf('policy_invalid')(error));
        assert.ok(error instanceof Error && 'details' in error);
        assert.deepEqual(Array.isArray(error.details) && error.details.map((d: { pointer: string }) => d.pointer), [
          pointer,
        ]);
        return true;
      });
      assert.deepEqual(await listPolicies(world.services), []);
    });
  }

  it('revises by adding, from now on or later, never into the past or before the last revision', async () => {
    await openPolicy(world.services, policyInput({ policyId: 'pol_1' }));
    const revise = (territories: readonly string[], effectiveAt?: number): Promise<PolicyRevision> =>
      revisePolicy(world.services, {
        actor,
        policyId: 'pol_1',
        changes: { territories },
        ...(effectiveAt === undefined ? {} : { effectiveAt }),
      });
    await assert.rejects(revise(['CN', 'HK'], NOW - 1), refusalOf('revision_in_the_past'));
    await assert.rejects(revise(['CN']), refusalOf('revision_changes_nothing'));
    const second = await revise(['CN', 'HK'], NOW + 5_000);
    await assert.rejects(revise(['MO'], NOW + 4_999), refusalOf('revision_out_of_order'));
    const third = await revise(['MO']);
    assert.deepEqual([second.revision, third.revision, third.effectiveAt], [2, 3, NOW + 5_000]);
    const { revisions } = await policyOf(world.services, 'pol_1', 'plt_a');
    assert.deepEqual(
      revisions.map(({ territories }) => territories),
      [['CN'], ['CN', 'HK'], ['MO']],
    );
    assert.deepEqual(await world.services.policies.revisionsOf('plt_a'), revisions);
    assert.deepEqual(await listPolicies(world.services, { platformId: 'plt_a' }), [third]);
  });

  it('lets one of two revisions at once through, and tells the other', async () => {
    await openPolicy(world.services, policyInput({ policyId: 'pol_1' }));
    const racing = ['HK', 'MO', 'TW'].map((territory) =>
      revisePolicy(world.services, {
        actor,
        policyId: 'pol_1',
        changes: { territories: [territory] },
        expectedRevision: 1,
      }),
    );
    assert.deepEqual(await outcomesOf(racing), { fulfilled: 1, refused: ['revision_taken', 'revision_taken'] });
    assert.equal((await policyOf(world.services, 'pol_1')).revisions.length, 2);
  });

  it('does not show a policy to another platform, and pages through all', async () => {
    await openPolicy(world.services, policyInput({ policyId: 'pol_1' }));
    await openPolicy(world.services, policyInput({ policyId: 'pol_2', platformId: 'plt_b' }));
    await assert.rejects(policyOf(world.services, 'pol_1', 'plt_b'), refusalOf('policy_not_found'));
    const ids = async (input: Parameters<typeof listPolicies>[1]): Promise<string[]> =>
      (await listPolicies(world.services, input)).map(({ policyId }) => policyId);
    assert.deepEqual(await ids({ platformId: 'plt_b' }), ['pol_2']);
    assert.deepEqual(await ids({ limit: 1 }), ['pol_1']);
    assert.deepEqual(await ids({ limit: 1, after: 'pol_1' }), ['pol_2']);
  });

  describe('openPolicyBook', () => {
    it('reads once for many callers, again after a second or when told to forget', async () => {
      await openPolicy(world.services, policyInput({ policyId: 'pol_1' }));
      const clock = new MovableClock(NOW);
      let reads = 0;
      const models = world.services.models;
      const counting = {
        policyRevisions: new Proxy(models.policyRevisions, {
          get(target, name, receiver) {
            if (name === 'find') reads += 1;
            const member: unknown = Reflect.get(target, name, receiver);
            return member;
          },
        }),
      };
      const book = openPolicyBook(counting, clock);
      const pages = await Promise.all([1, 2, 3].map(() => book.revisionsOf('plt_a')));
      assert.deepEqual([reads, pages.every((page) => page === pages[0])], [1, true]);
      clock.advance(1_000);
      await book.revisionsOf('plt_a');
      assert.equal(reads, 1);
      clock.advance(1);
      await book.revisionsOf('plt_a');
      assert.equal(reads, 2);
      book.forget('plt_b');
      await book.revisionsOf('plt_a');
      assert.equal(reads, 2);
      book.forget('plt_a');
      await book.revisionsOf('plt_a');
      assert.equal(reads, 3);
    });

    it('does not keep a reading that failed', async () => {
      let broken = true;
      const { policyRevisions } = world.services.models;
      const flaky = {
        policyRevisions: new Proxy(policyRevisions, {
          get(target, name, receiver) {
            if (name === 'find' && broken) throw new Error('the database is away');
            const member: unknown = Reflect.get(target, name, receiver);
            return member;
          },
        }),
      };
      const book = openPolicyBook(flaky, new MovableClock(NOW));
      await assert.rejects(book.revisionsOf('plt_a'), /away/);
      broken = false;
      assert.deepEqual(await book.revisionsOf('plt_a'), []);
    });
  });

  it('keeps platforms apart in the book', async () => {
    await createPlatform(world.services, { actor, platformId: 'plt_c', name: 'C', sources: ['//c'], mode: 'live' });
    const opened = await openPolicy(world.services, policyInput({ policyId: 'pol_c', platformId: 'plt_c' }));
    assert.deepEqual(await world.services.policies.revisionsOf('plt_c'), [opened]);
    assert.deepEqual(await world.services.policies.revisionsOf('plt_a'), []);
  });
});
