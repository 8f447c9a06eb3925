import assert from 'node:assert/strict';
import type { Actor } from '../actor.ts';
import { MovableClock } from '../clock.ts';
import type { Models } from '../database/models.ts';
import { openModels } from '../database/models.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { openSecrets } from '../people/open-secrets.ts';
import { once } from './idempotency.ts';
import type { Reply } from './route.ts';

const actor: Actor = { kind: 'person', personId: 'per_1', tokenId: 'tok_1' };
const createdAt = new Date(0);
const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');

describe('once', () => {
  const database = useTestDatabase();
  const clock = new MovableClock(Date.UTC(2026, 2, 1));
  const secrets = openSecrets({ encryptionKey: key(1), hmacKey: key(2) });
  let models: Models;
  let services: { database: typeof database; models: Models; clock: MovableClock; secrets: typeof secrets };
  let effects = 0;

  before(() => {
    models = openModels(database.connection);
    services = { database, models, clock, secrets };
  });
  beforeEach(() => (effects = 0));

  /** Records a platform: the effect that must happen once. */
  function send(
    idempotencyKey: string,
    name: string,
    options: { as?: Actor; fail?: boolean; meanwhile?: () => Promise<void> } = {},
  ) {
    const request = { actor: options.as ?? actor, params: undefined, query: undefined, body: { name }, idempotencyKey };
    return once(services, request, 'createThing', async (session): Promise<Reply> => {
      effects += 1;
      await options.meanwhile?.();
      const _id = `plt_${idempotencyKey}_${effects}`;
      await models.platforms.create([{ _id, name, sources: [_id], mode: 'test', createdAt }], { session });
      if (options.fail === true) throw new Error('broke after the effect');
      return { status: 201, headers: { Location: `/v1/things/${_id}` }, json: { id: _id, token: 'wkt_secret' } };
    });
  }
  const stored = (name: string) => models.platforms.countDocuments({ name });
  const refusal = (code: string) => (error: unknown) =>
    error instanceof Error && 'code' in error && error.code === code;

  it('does it once, and answers the same again', async () => {
    const first = await send('a', 'once');
    const again = await send('a', 'once');
    assert.equal(effects, 1);
    assert.equal(await stored('once'), 1);
    assert.deepEqual(again, { ...first, headers: { ...first.headers, 'Idempotency-Replayed': 'true' } });
  });

  it('refuses the key for another request', async () => {
    await send('b', 'first');
    await assert.rejects(send('b', 'other'), refusal('idempotency_key_reused'));
    assert.equal(await stored('other'), 0);
  });

  it('keeps the keys of callers apart', async () => {
    await send('c', 'mine');
    await send('c', 'mine', { as: { kind: 'person', personId: 'per_2', tokenId: 'tok_2' } });
    assert.equal(await stored('mine'), 2);
  });

  it('frees the key when the work fails, and leaves nothing of it', async () => {
    await assert.rejects(send('d', 'fails', { fail: true }), /broke after the effect/);
    assert.equal(await stored('fails'), 0);
    await send('d', 'fails');
    assert.equal(await stored('fails'), 1);
  });

  it('says that the first one is running', async () => {
    let second: Promise<unknown> | undefined;
    await send('e', 'slow', {
      meanwhile: async () => {
        second ??= send('e', 'slow').then(
          () => assert.fail('both ran'),
          (error: unknown) => assert.ok(refusal('idempotency_key_running')(error)),
        );
        await second;
      },
    });
    assert.equal(await stored('slow'), 1);
  });

  it('does it once when twenty send it at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => send('f', 'many')));
    assert.equal(await stored('many'), 1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.ok(refusal('idempotency_key_running')(outcome.reason));
      else assert.equal(outcome.value.status, 201);
    }
  });

  it('keeps the reply encrypted, for 30 days', async () => {
    await send('g', 'secret');
    const document = await models.idempotency.findById('person:per_1/createThing/g').lean();
    assert.ok(document !== null);
    assert.ok(!JSON.stringify(document).includes('wkt_secret'));
    assert.equal(document.expiresAt.getTime(), clock.now() + 30 * 86_400_000);
  });
});
