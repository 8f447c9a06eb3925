import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import request from 'supertest';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { verifyPerson } from '../people/verify-person.ts';
import { createKey } from '../platforms/create-key.ts';
import { NATIONAL_ID, NOW, openApp, openWorld, OPERATOR, type World } from '../platforms/testing/open-world.ts';

interface Body {
  readonly [field: string]: unknown;
  readonly data?: readonly Readonly<Record<string, unknown>>[];
}

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null;

function bodyOf(response: { readonly body: unknown }): Body {
  assert.ok(isBody(response.body));
  return response.body;
}

describe('a worker, through the doors', () => {
  const database = useTestDatabase();
  let world: World;
  let server: Server;
  let keyA: string;
  let keyB: string;

  before(async () => {
    world = await openWorld(database);
    server = openApp(world);
    const keyOf = async (platformId: string): Promise<string> =>
      (await createKey(world.services, { actor: OPERATOR, owner: { kind: 'platform', platformId } })).secret;
    keyA = await keyOf('plt_a');
    keyB = await keyOf('plt_b');
  });

  type Method = 'get' | 'put' | 'post' | 'delete';
  const call = async (
    method: Method,
    path: string,
    token: string,
    body?: object,
    headers: Record<string, string> = {},
  ) => {
    const sent = request(server)[method](path).set('Authorization', `Bearer ${token}`).set(headers);
    const response = await (body === undefined ? sent : sent.send(body));
    return { status: response.status, headers: response.headers, body: bodyOf(response) };
  };
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');

  it('is registered, read, changed under its ETag, and refused when it moved', async () => {
    const created = await call('put', '/v1/workers/r1', keyA, { name: '王小明', nationalId: NATIONAL_ID });
    assert.equal(created.status, 201);
    assert.deepEqual([created.body.name, created.body.nationalIdGiven, created.body.externalId], ['王**', true, 'r1']);
    const etag = text(created.headers.etag);
    assert.equal(created.headers.location, `/v1/workers/${text(created.body.id)}`);

    const read = await call('get', `/v1/workers/${text(created.body.id)}`, keyA);
    assert.deepEqual([read.status, read.body, read.headers.etag], [200, created.body, etag]);
    assert.equal((await call('get', '/v1/workers/r1', keyA, undefined, { 'If-None-Match': etag })).status, 304);

    const changed = await call('put', '/v1/workers/r1', keyA, { birthOn: '1990-01-01' }, { 'If-Match': etag });
    assert.deepEqual([changed.status, changed.body.birthOn], [200, '1990-01-01']);
    const moved = await call('put', '/v1/workers/r1', keyA, { birthOn: null }, { 'If-Match': etag });
    assert.deepEqual([moved.status, moved.body.code], [412, 'version_moved']);
    const absent = await call('put', '/v1/workers/r9', keyA, {}, { 'If-Match': etag });
    assert.deepEqual([absent.status, absent.body.code], [412, 'version_moved']);
  });

  it('cannot be named by a phone number, nor sent in a form that is none', async () => {
    const phone = await call('put', '/v1/workers/13800138000', keyA, {});
    assert.deepEqual([phone.status, phone.body.code], [400, 'external_id_refused']);
    for (const body of [
      { birthOn: '1990-02-30' },
      { phone: 'call me' },
      { name: '' },
      { name: 'two\nlines' },
      { name: 'x\u0000' },
      { name: 'half \ud800' },
      { nickname: 'x' },
      { nationalId: 1 },
    ]) {
      const bad = await call('put', '/v1/workers/r1', keyA, body);
      assert.deepEqual([bad.status, bad.body.code], [400, 'invalid_body'], JSON.stringify(body));
    }
  });

  it('does not exist for another platform, in exactly the words for a worker that does not exist', async () => {
    const { body } = await call('get', '/v1/workers/r1', keyA);
    const foreign = await call('get', `/v1/workers/${text(body.id)}`, keyB);
    const unknown = await call('get', '/v1/workers/wrk_nobody', keyB);
    assert.deepEqual([foreign.status, foreign.body.code], [404, 'worker_not_found']);
    assert.deepEqual({ ...foreign.body, instance: '' }, { ...unknown.body, instance: '' });
    const token = await call('post', `/v1/workers/${text(body.id)}/tokens`, keyB, {}, { 'Idempotency-Key': 'k1' });
    assert.deepEqual([token.status, token.body.code], [404, 'worker_not_found']);
    const own = await call('put', '/v1/workers/r1', keyB, { name: 'Somebody Else' });
    assert.equal(own.status, 201);
    assert.equal((await call('get', '/v1/workers/r1', keyA)).body.name, '王**');
    assert.deepEqual(
      (await call('get', '/v1/workers', keyB)).body.data?.map(({ externalId }) => externalId),
      ['r1'],
    );
  });

  it('is found by the beginning of its id, page by page', async () => {
    for (const id of ['p1', 'p2', 'p3']) await call('put', `/v1/workers/${id}`, keyA, {});
    const first = await call('get', '/v1/workers?externalId=p&limit=2', keyA);
    assert.deepEqual(
      first.body.data?.map(({ externalId }) => externalId),
      ['p1', 'p2'],
    );
    assert.match(text(first.headers.link), /rel="next"/);
    const rest = await call('get', `/v1/workers?externalId=p&limit=2&cursor=${text(first.body.nextCursor)}`, keyA);
    assert.deepEqual([rest.body.data?.map(({ externalId }) => externalId), rest.body.nextCursor], [['p3'], null]);
    const made = await call('get', '/v1/workers?cursor=WzFd', keyA);
    assert.deepEqual([made.status, made.body.code], [400, 'cursor_invalid']);
  });

  it('gets a token once per Idempotency-Key, which opens that worker only and grants nothing', async () => {
    const mint = (key: string, ttlSeconds: number) =>
      call('post', '/v1/workers/r1/tokens', keyA, { ttlSeconds }, { 'Idempotency-Key': key });
    const minted = await mint('t1', 600);
    assert.deepEqual([minted.status, minted.body.expiresAt], [201, new Date(NOW + 600_000).toISOString()]);
    assert.deepEqual((await mint('t1', 600)).body, minted.body);
    assert.equal((await mint('t1', 601)).body.code, 'idempotency_key_reused');
    assert.equal((await mint('t2', 30 * 86_400 + 1)).status, 400);
    assert.equal((await call('post', '/v1/workers/r1/tokens', keyA, {})).body.code, 'idempotency_key_missing');

    const token = text(minted.body.token);
    const me = await call('get', '/v1/me', token);
    assert.deepEqual([me.body.kind, me.body.workerId, me.body.externalId], ['worker', minted.body.workerId, 'r1']);
    assert.equal((await call('get', '/v1/workers/me', token)).body.id, minted.body.workerId);
    assert.equal((await call('get', '/v1/workers', token)).body.code, 'wrong_credentials');
    const consent = { granteePlatformId: 'plt_b', purpose: 'cover_check', expiresAt: '2026-04-01T00:00:00Z' };
    const granted = await call('post', '/v1/consents', token, consent, { 'Idempotency-Key': 'c1' });
    assert.deepEqual([granted.status, granted.body.code], [403, 'wrong_credentials']);
  });

  it('as a proved person consents, looks, withdraws, and sees who read', async () => {
    const { body } = await call('get', '/v1/workers/r1', keyA);
    const { token } = await verifyPerson(world.services, { actor: OPERATOR, workerId: text(body.id) });
    const me = await call('get', '/v1/me', token);
    assert.deepEqual(me.body.workers, [{ workerId: body.id, platformId: 'plt_a', externalId: 'r1' }]);

    const grant = (key: string, change: object = {}) =>
      call(
        'post',
        '/v1/consents',
        token,
        { granteePlatformId: 'plt_b', purpose: 'cover_check', expiresAt: '2026-04-01T00:00:00+08:00', ...change },
        { 'Idempotency-Key': key },
      );
    const granted = await grant('g1');
    assert.deepEqual(
      [granted.status, granted.body.live, granted.body.expiresAt],
      [201, true, '2026-03-31T16:00:00.000Z'],
    );
    assert.deepEqual((await grant('g1')).body, granted.body);
    for (const [change, code] of [
      [{ expiresAt: '2027-03-01T08:00:00.001Z' }, 'consent_expiry_invalid'],
      [{ expiresAt: '2026-03-01T08:00:00Z' }, 'consent_expiry_invalid'],
      [{ granteePlatformId: 'plt_nobody' }, 'grantee_unknown'],
    ] as const) {
      const refused = await grant(`bad-${JSON.stringify(change).length}-${code}`, change);
      assert.deepEqual([refused.status, refused.body.code], [422, code], JSON.stringify(change));
    }
    // Within one millisecond ids have no order.
    world.clock.advance(1);
    assert.equal((await grant('g2', { expiresAt: '2027-03-01T08:00:00Z' })).status, 201);

    const id = text(granted.body.id);
    const withdrawn = await call('delete', `/v1/consents/${id}`, token);
    assert.deepEqual([withdrawn.status, withdrawn.body.live], [200, false]);
    assert.deepEqual((await call('delete', `/v1/consents/${id}`, token)).body, withdrawn.body);
    assert.equal((await call('delete', '/v1/consents/cns_nobody', token)).body.code, 'consent_not_found');
    const listed = await call('get', '/v1/consents', token);
    assert.deepEqual(
      listed.body.data?.map(({ live }) => live),
      [true, false],
    );

    const disclosures = await call('get', '/v1/me/disclosures', token);
    const beyond = Buffer.from(JSON.stringify([1e300, 'x'])).toString('base64url');
    assert.equal((await call('get', `/v1/me/disclosures?cursor=${beyond}`, token)).body.code, 'cursor_invalid');
    const readers = new Set(disclosures.body.data?.map(({ reader, purpose }) => `${text(reader)} ${text(purpose)}`));
    assert.ok(
      readers.has('platform:plt_a worker') && ![...readers].some((reader) => reader.startsWith('platform:plt_b')),
    );
  });

  it('says to a platform who it is', async () => {
    const me = await call('get', '/v1/me', keyA);
    assert.deepEqual(
      [me.body.kind, me.body.platformId, me.body.mode, me.body.policies],
      ['platform', 'plt_a', 'test', 0],
    );
    assert.deepEqual(me.body.sources, ['https://a.example/shifts']);
  });

  it('and everybody reads the products, in both languages', async () => {
    const list = bodyOf(await request(server).get('/v1/products'));
    const refs = list.data?.map(({ ref }) => ref);
    assert.ok(refs?.includes('rider-day@1') && refs.includes('hourly-work@1'));
    const one = await request(server).get('/v1/products/rider-day@1');
    const product = bodyOf(one);
    assert.deepEqual([one.status, product.ref, product.dayBoundary], [200, 'rider-day@1', '01:30']);
    assert.ok(JSON.stringify(product.texts).includes('"zh"'));
    const etag = text(one.headers.etag);
    assert.equal((await request(server).get('/v1/products/rider-day@1').set('If-None-Match', etag)).status, 304);
    const none = bodyOf(await request(server).get('/v1/products/rider-day@9'));
    assert.equal(none.code, 'product_not_found');
  });
});
