import assert from 'node:assert/strict';
import type { Scope } from '../actor.ts';
import type { Models } from '../database/models.ts';
import { openModels } from '../database/models.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { hashToken } from '../people/hash-token.ts';
import type { Authenticator } from './authenticate.ts';
import { CREDENTIALS_CACHED_MS, openAuthenticator } from './authenticate.ts';

const NOW = Date.UTC(2026, 2, 1);
const createdAt = new Date(NOW - 1_000);
const token = (prefix: string, name: string) => `${prefix}_${name.padEnd(26, '0')}`;
const LIVE = token('psk_test', 'live');
const scopes: Scope[] = ['workers:read'];

describe('openAuthenticator', () => {
  const database = useTestDatabase();
  let models: Models;
  let authenticator: Authenticator;
  let lookUps = 0;

  const ask = async (secret: string | undefined, now = NOW) =>
    authenticator.authenticate(secret === undefined ? undefined : `Bearer ${secret}`, now, () => (lookUps += 1));
  const refuses = (secret: string | undefined, code: string, now = NOW) =>
    assert.rejects(ask(secret, now), (error) => error instanceof Error && 'code' in error && error.code === code);
  const addKey = (
    secret: string,
    more: { owner?: 'platform' | 'operator'; ownerId?: string; expiresAt?: Date; revokedAt?: Date } = {},
  ) =>
    models.apiKeys.create({
      _id: hashToken(secret),
      keyId: `key_${secret.slice(9, 20)}`,
      owner: 'platform',
      ownerId: 'plt_1',
      hint: 'psk_test_...',
      scopes,
      createdAt,
      ...more,
    });

  before(async () => {
    models = openModels(database.connection);
    await models.platforms.create({ _id: 'plt_1', name: 'One', sources: ['//one'], mode: 'test', createdAt });
    await addKey(LIVE);
  });
  beforeEach(() => {
    authenticator = openAuthenticator({ models });
    lookUps = 0;
  });

  it('knows a platform by its key, with its sources and scopes', async () => {
    const actor = await ask(LIVE);
    assert.deepEqual(actor, {
      kind: 'platform',
      platformId: 'plt_1',
      keyId: 'key_live0000000',
      scopes: new Set(scopes),
      sources: ['//one'],
    });
  });

  it('knows operators, workers and persons', async () => {
    const operator = token('psk_live', 'operator');
    await addKey(operator, { owner: 'operator', ownerId: 'opr_1' });
    const stored = { createdAt, expiresAt: new Date(NOW + 60_000) };
    const [worker, person] = [token('wkt', 'worker'), token('pst', 'person')];
    await models.tokens.create([
      { _id: hashToken(worker), tokenId: 'tok_w', kind: 'worker', subjectId: 'wrk_1', platformId: 'plt_1', ...stored },
      { _id: hashToken(person), tokenId: 'tok_p', kind: 'person', subjectId: 'per_1', ...stored },
    ]);
    assert.deepEqual(await ask(operator), { kind: 'operator', operatorId: 'opr_1', scopes: new Set(scopes) });
    assert.deepEqual(await ask(worker), { kind: 'worker', workerId: 'wrk_1', platformId: 'plt_1', tokenId: 'tok_w' });
    assert.deepEqual(await ask(person), { kind: 'person', personId: 'per_1', tokenId: 'tok_p' });
    await refuses(worker, 'credentials_expired', NOW + 60_000);
  });

  const malformed = [
    '',
    'psk_test_',
    'psk_test_short',
    'psk_prod_0123456789abcdef01',
    'sk_test_0123456789abcdef0123',
    `${LIVE} x`,
    `${LIVE}'`,
  ];
  for (const secret of malformed) {
    it(`refuses ${JSON.stringify(secret)} without looking`, async () => {
      await refuses(secret, 'credentials_malformed');
      assert.equal(lookUps, 0);
    });
  }

  it('refuses none, unknown, revoked and expired ones by their own codes', async () => {
    const [revoked, expired, orphan] = [
      token('psk_test', 'revoked'),
      token('psk_test', 'expired'),
      token('psk_test', 'orphan'),
    ];
    await addKey(revoked, { revokedAt: createdAt });
    await addKey(expired, { expiresAt: new Date(NOW) });
    await addKey(orphan, { ownerId: 'plt_gone' });
    await refuses(undefined, 'credentials_missing');
    await refuses(token('psk_test', 'unknown'), 'credentials_unknown');
    await refuses(revoked, 'credentials_revoked');
    await refuses(expired, 'credentials_expired');
    await refuses(orphan, 'credentials_unknown');
  });

  it('looks once in 5 s, for good and for bad ones, however many ask at once', async () => {
    const late = token('psk_test', 'late');
    await Promise.all([ask(LIVE), ask(LIVE), ask(LIVE)]);
    await refuses(late, 'credentials_unknown');
    await addKey(late);
    lookUps = 0;
    await ask(LIVE, NOW + CREDENTIALS_CACHED_MS - 1);
    await refuses(late, 'credentials_unknown', NOW + CREDENTIALS_CACHED_MS - 1);
    assert.equal(lookUps, 0);
    await ask(late, NOW + CREDENTIALS_CACHED_MS);
    assert.equal(lookUps, 1);
  });

  it('forgets a revoked key after 5 s, and an expired one at once', async () => {
    const short = token('psk_test', 'short-lived');
    await addKey(short, { expiresAt: new Date(NOW + 1_000) });
    await ask(short);
    await refuses(short, 'credentials_expired', NOW + 1_000);
    const key = token('psk_test', 'soon-revoked');
    await addKey(key);
    await ask(key);
    await models.apiKeys.updateOne({ _id: hashToken(key) }, { $set: { revokedAt: new Date(NOW) } });
    await ask(key, NOW + 1);
    await refuses(key, 'credentials_revoked', NOW + CREDENTIALS_CACHED_MS);
  });
});
