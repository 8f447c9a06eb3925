import assert from 'node:assert/strict';
import { createCarrier } from '../carriers/create-carrier.ts';
import { listCarriers } from '../carriers/list-carriers.ts';
import { openAuthenticator } from '../http/authenticate.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { createKey } from './create-key.ts';
import { createPlatform } from './create-platform.ts';
import { listKeys } from './list-keys.ts';
import { listPlatforms } from './list-platforms.ts';
import { revokeKey } from './revoke-key.ts';
import { NOW, openWorld, OPERATOR, outcomesOf, refusalOf, type World } from './testing/open-world.ts';

describe('platforms, carriers and keys', () => {
  const database = useTestDatabase();
  let world: World;
  const actor = OPERATOR;

  before(async () => {
    world = await openWorld(database);
  });

  describe('createPlatform', () => {
    const facts = { actor, name: 'C', sources: ['//c.example/1', '//c.example/2'], mode: 'live' } as const;

    it('is harmless to repeat with the same id, and refuses the same id with other facts', async () => {
      const first = await createPlatform(world.services, { ...facts, platformId: 'plt_c' });
      const again = await createPlatform(world.services, {
        ...facts,
        sources: [...facts.sources].reverse(),
        platformId: 'plt_c',
      });
      assert.deepEqual({ ...again }, { ...first });
      const other = createPlatform(world.services, { ...facts, name: 'D', platformId: 'plt_c' });
      await assert.rejects(other, refusalOf('platform_id_taken'));
      assert.deepEqual(
        (await listPlatforms(world.services)).map(({ _id }) => _id),
        ['plt_c', 'plt_a', 'plt_b'],
      );
    });

    it('refuses a source of another platform, whoever asks at once', async () => {
      const taken = createPlatform(world.services, { ...facts, sources: ['//new.example', '//c.example/2'] });
      await assert.rejects(taken, refusalOf('source_taken'));
      const racing = ['R1', 'R2', 'R3'].map((name) =>
        createPlatform(world.services, { ...facts, name, sources: ['//race.example'] }),
      );
      assert.deepEqual(await outcomesOf(racing), { fulfilled: 1, refused: ['source_taken', 'source_taken'] });
    });

    for (const [what, change] of [
      ['no source', { sources: [] }],
      ['a source with a space', { sources: ['a b'] }],
      ['no name', { name: ' ' }],
      ['an id of another form', { platformId: 'PLT-1' }],
    ] as const) {
      it(`refuses ${what}`, async () => {
        await assert.rejects(createPlatform(world.services, { ...facts, ...change }), refusalOf('platform_invalid'));
      });
    }
  });

  it('records carriers, and lists them by name', async () => {
    const facts = { actor, carrierId: 'car_a', name: 'A Mutual', licence: 'L-2' };
    await createCarrier(world.services, facts);
    await createCarrier(world.services, facts);
    await assert.rejects(createCarrier(world.services, { ...facts, licence: 'L-3' }), refusalOf('carrier_id_taken'));
    await assert.rejects(
      createCarrier(world.services, { actor, name: 'X', licence: ' ' }),
      refusalOf('carrier_invalid'),
    );
    assert.deepEqual(
      (await listCarriers(world.services)).map(({ _id }) => _id),
      ['car_a', 'car_x'],
    );
  });

  describe('API keys', () => {
    beforeEach(async () => {
      await world.services.models.apiKeys.deleteMany({});
    });
    const owner = { kind: 'platform', platformId: 'plt_a' } as const;

    it('gives the secret once and keeps only its hash', async () => {
      const key = await createKey(world.services, { actor, owner });
      assert.match(key.secret, /^psk_test_[0-9a-z]{32}$/);
      const stored = await world.services.models.apiKeys.find().lean();
      assert.ok(!JSON.stringify(stored).includes(key.secret.slice(13)));
      assert.deepEqual(
        (await listKeys(world.services, { ownerId: 'plt_a' })).map(({ keyId }) => keyId),
        [key.keyId],
      );
      const found = await openAuthenticator(world.services).authenticate(`Bearer ${key.secret}`, NOW);
      assert.equal(found.kind === 'platform' && found.platformId, 'plt_a');
    });

    it('lets an owner have two live keys, never three, also when three are made at once', async () => {
      const racing = [1, 2, 3, 4, 5].map(() => createKey(world.services, { actor, owner }));
      const { fulfilled, refused } = await outcomesOf(racing);
      assert.deepEqual([fulfilled, refused], [2, ['too_many_keys', 'too_many_keys', 'too_many_keys']]);
      await createKey(world.services, { actor, owner: { kind: 'platform', platformId: 'plt_b' } });
    });

    it('makes room when a key is revoked or has expired', async () => {
      const first = await createKey(world.services, { actor, owner });
      await createKey(world.services, { actor, owner, expiresAt: NOW + 1_000 });
      await assert.rejects(createKey(world.services, { actor, owner }), refusalOf('too_many_keys'));
      const revoked = await revokeKey(world.services, { actor, keyId: first.keyId });
      assert.equal(revoked.revokedAt?.getTime(), NOW);
      await createKey(world.services, { actor, owner });
      await assert.rejects(createKey(world.services, { actor, owner }), refusalOf('too_many_keys'));
      world.clock.set(NOW + 1_000);
      await createKey(world.services, { actor, owner });
      const again = await revokeKey(world.services, { actor, keyId: first.keyId });
      assert.equal(again.revokedAt?.getTime(), NOW);
      world.clock.set(NOW);
    });

    it("makes operators' keys, and refuses what makes no sense", async () => {
      const operator = { kind: 'operator', operatorId: 'opr_1', mode: 'live' } as const;
      const key = await createKey(world.services, { actor, owner: operator, scopes: ['metrics:read'] });
      assert.match(key.secret, /^psk_live_/);
      assert.deepEqual(key.scopes, ['metrics:read']);
      await assert.rejects(createKey(world.services, { actor, owner, scopes: [] }), refusalOf('key_invalid'));
      await assert.rejects(createKey(world.services, { actor, owner, expiresAt: NOW }), refusalOf('key_invalid'));
      const nobody = { kind: 'platform', platformId: 'plt_nobody' } as const;
      await assert.rejects(createKey(world.services, { actor, owner: nobody }), refusalOf('platform_not_found'));
      await assert.rejects(revokeKey(world.services, { actor, keyId: 'key_nobody' }), refusalOf('key_not_found'));
    });
  });
});
