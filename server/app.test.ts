import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import request from 'supertest';
import { createApp } from './app.ts';
import { bareServices, fixedAuthenticator } from './http/testing/bare-services.ts';
import type { BareOptions } from './http/testing/bare-services.ts';
import { PROBE, probeActors, probeRoutes } from './http/testing/probe-routes.ts';

const open = (options: BareOptions = {}) =>
  createApp(bareServices(options), probeRoutes, { authenticator: fixedAuthenticator(probeActors) });
const bearer = (token: string) => `Bearer ${token}`;
const post = (path = '/v1/things', token: string = PROBE.platform) =>
  request(open()).post(path).set('Authorization', bearer(token));

describe('createApp', () => {
  it('answers with the id of the request, limits and headers that keep data from being run, framed or kept', async () => {
    const { status, headers, text } = await post().send({ name: 'x' });
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), { body: { name: 'x' }, platform: 'plt_1' });
    assert.match(headers['request-id'] ?? '', /^req_[0-9a-z]{26}$/);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(headers['content-security-policy'] ?? '', /default-src 'none'/);
    assert.equal(headers['ratelimit-policy'], '"caller";q=600000;w=60');
    assert.equal(headers.ratelimit, '"caller";r=599999;t=1');
    assert.equal(headers['x-powered-by'], undefined);
  });

  const refusals: readonly [string, () => PromiseLike<request.Response>, number, string][] = [
    ['no credentials', () => request(open()).post('/v1/things').send({}), 401, 'credentials_missing'],
    ['unknown credentials', () => post('/v1/things', 'psk_test_x').send({}), 401, 'credentials_unknown'],
    ['another kind of token', () => post('/v1/things', PROBE.worker).send({}), 403, 'wrong_credentials'],
    ['a scope missing', () => post('/v1/things', PROBE.bare).send({ name: 'x' }), 403, 'scope_missing'],
    ['another type', () => post().type('text/plain').send('x'), 415, 'unsupported_media_type'],
    [
      'another charset',
      () => post().set('Content-Type', 'application/json; charset=latin1').send('{}'),
      415,
      'unsupported_media_type',
    ],
    ['no body', () => post().type('json'), 400, 'body_missing'],
    ['no JSON', () => post().type('json').send('{"name":'), 400, 'malformed_json'],
    ['wrong form', () => post().send({}), 400, 'invalid_body'],
    [
      'too deep',
      () =>
        post()
          .type('json')
          .send('['.repeat(30) + ']'.repeat(30)),
      400,
      'json_too_deep',
    ],
    ['a tainted key', () => post().type('json').send('{"name":"x","__proto__":{"a":1}}'), 400, 'malformed_json'],
    ['an unknown encoding', () => post().type('json').set('Content-Encoding', 'zstd').send('{}'), 415, 'body_encoding'],
    ['a broken archive', () => post().type('json').set('Content-Encoding', 'gzip').send('{}'), 400, 'body_encoding'],
    ['a key missing', () => post('/v1/keyed'), 400, 'idempotency_key_missing'],
    ['a key with spaces', () => post('/v1/keyed').set('Idempotency-Key', 'a b'), 400, 'idempotency_key_invalid'],
    ['an unknown path', () => request(open()).get('/v1/nothing'), 404, 'route_unknown'],
    ['another case', () => request(open()).get('/V1/things'), 404, 'route_unknown'],
    ['another method', () => request(open()).delete('/v1/things'), 405, 'method_not_allowed'],
    ['a bad percent sign', () => request(open()).get('/v1/things/%zz'), 400, 'invalid_path'],
    ['a bad path', () => request(open()).get(`/v1/things/${'x'.repeat(21)}`), 400, 'invalid_path'],
    ['a bad query', () => request(open()).get('/v1/things?limit=x&sort=y'), 400, 'invalid_query'],
    ['a query twice', () => request(open()).get('/v1/things?limit=1&limit=2'), 400, 'invalid_query'],
    ['a bug', () => request(open()).get('/v1/bug'), 500, 'internal'],
    ['something away', () => request(open()).get('/v1/away'), 503, 'queue_full'],
    ['trouble before the first chunk', () => request(open()).get('/v1/things/none.csv'), 404, 'statement_not_found'],
  ];
  for (const [name, send, status, code] of refusals) {
    it(`${name}: ${status} ${code}, as problem+json`, async () => {
      const response = await send();
      assert.equal(response.status, status);
      assert.match(response.headers['content-type'] ?? '', /^application\/problem\+json/);
      const problem: unknown = JSON.parse(response.text);
      assert.ok(typeof problem === 'object' && problem !== null);
      const { type, instance } = Object.fromEntries(Object.entries(problem));
      assert.deepEqual(Object.keys(problem).slice(0, 6), ['type', 'title', 'status', 'detail', 'code', 'instance']);
      assert.equal(type, `/docs/problems#${code}`);
      assert.equal(instance, response.headers['request-id']);
    });
  }

  it('names the type of problems by the public address, when there is one', async () => {
    const app = open({ config: { publicUrl: 'https://api.example' } });
    const { text } = await request(app).get('/nope').buffer();
    assert.match(text, /"type":"https:\/\/api\.example\/docs\/problems#route_unknown"/);
  });

  it('tells who is not known how to ask, and who must wait how long', async () => {
    const unknown = await request(open()).post('/v1/things');
    assert.equal(unknown.headers['www-authenticate'], 'Bearer realm="Parasol"');
    const away = await request(open()).get('/v1/away');
    assert.equal(away.headers['retry-after'], '7');
    const wrongMethod = await request(open()).delete('/v1/things');
    assert.equal(wrongMethod.headers.allow, 'POST, GET, HEAD');
    const options = await request(open()).options('/v1/things');
    assert.equal(options.status, 204);
  });

  it('takes compressed bodies, and counts what comes out of them', async () => {
    const send = (bytes: number) => {
      const content = gzipSync(JSON.stringify({ name: 'x'.repeat(bytes) }));
      const sending = post().type('json').set('Content-Encoding', 'gzip');
      sending.write(content);
      return sending;
    };
    assert.equal((await send(1_000_000)).status, 200);
    assert.equal((await send(3_000_000)).status, 413);
  });

  it('answers HEAD like GET, without the body', async () => {
    const { status, headers, text } = await request(open()).head('/v1/things/a');
    assert.equal(status, 200);
    assert.equal(headers['content-length'], '27');
    assert.equal(text ?? '', '');
  });

  it('sends 304 for a version that the reader has, and lets the handler say what may be kept', async () => {
    const first = await request(open()).get('/v1/things/a');
    assert.equal(first.headers['cache-control'], 'private');
    const again = await request(open())
      .get('/v1/things/a')
      .set('If-None-Match', first.headers.etag ?? '');
    assert.equal(again.status, 304);
    assert.equal(again.headers.etag, '"v1"');
  });

  it('leads from page to page', async () => {
    const { headers, text } = await request(open()).get('/v1/things?limit=1');
    assert.deepEqual(JSON.parse(text), { data: ['a'], nextCursor: 'WyJhIl0' });
    assert.equal(headers.link, '</v1/things?limit=1&cursor=WyJhIl0>; rel="next"');
  });

  it('prefers the longer pattern to the shorter, and streams', async () => {
    const { headers, text } = await request(open()).get('/v1/things/x.csv');
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
    assert.equal(text, 'a,b\n0,x\n1,x\n2,x\n');
  });

  it('breaks off a stream that fails, so that half is not taken for the whole', async () => {
    await assert.rejects(async () => request(open()).get('/v1/things/broken.csv'), /aborted|hang up|reset/i);
  });

  it('limits a route with its own limit for each address, and everybody by the configuration', async () => {
    const app = open({ config: { publicRatePerMinute: 1, ratePerMinute: 1 } });
    for (const left of [2, 1, 0]) {
      const { headers } = await request(app).get('/v1/things?limit=1');
      assert.equal(headers.ratelimit, `"listThings";r=${left};t=${(3 - left) * 20}`);
    }
    const refused = await request(app).get('/v1/things?limit=1');
    assert.equal(refused.status, 429);
    assert.equal(refused.headers['retry-after'], '20');
    assert.equal((await request(app).get('/v1/things/a')).status, 200);
    assert.equal((await request(app).get('/v1/things/a')).status, 429);
    const keyed = () => request(app).get('/v1/things/a').set('Authorization', bearer(PROBE.platform));
    assert.match((await keyed()).text, /platform/);
    assert.equal((await keyed()).status, 429);
  });

  it('logs one line for each request, with nothing personal in it', async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(...chunk.toString().trim().split('\n'));
        done();
      },
    });
    const app = open({ log: pino({ level: 'info' }, stream) });
    await request(app)
      .post('/v1/things?phone=123')
      .set('Authorization', bearer(PROBE.platform))
      .send({ name: 'Li Lei', secret: 'x' });
    await request(app).get('/v1/bug');
    assert.equal(lines.length, 3);
    const [line = '', bug = '', after = ''] = lines;
    const parsed: unknown = JSON.parse(line);
    assert.ok(typeof parsed === 'object' && parsed !== null);
    const { requestId, operation, status, actor } = Object.fromEntries(Object.entries(parsed));
    assert.deepEqual([operation, status, actor], ['postThing', 200, 'platform:plt_1']);
    assert.match(String(requestId), /^req_/);
    assert.doesNotMatch(line, /Li Lei|phone|psk_|127\.0\.0\.1/);
    assert.match(bug, /"level":50.*"operation":"getBug"/);
    assert.match(after, /"status":500/);
  });

  it('says nothing about a bug to the caller', async () => {
    const { text } = await request(open()).get('/v1/bug').buffer();
    assert.doesNotMatch(text, /hunter2|Error/);
  });
});
