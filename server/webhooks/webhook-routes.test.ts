import assert from 'node:assert/strict';
import { at, cursorOf, items } from '../covers/testing/open-door.ts';
import { assertLean, profileReads } from '../database/testing/profile-reads.ts';
import { useTestApi } from '../http/testing/test-api.ts';
import { fanOut } from './fan-out.ts';
import { placeEvents } from '../events/place-events.ts';
import { dueEndpoints, takeDeliveries } from './take-deliveries.ts';
import { webhookWorld } from './testing/webhook-world.ts';

describe('the routes of webhooks', () => {
  const test = useTestApi();
  const world = webhookWorld(test);
  let token = '';
  let stranger = '';
  let keys = 0;
  before(async () => {
    token = (await test.api.addPlatform('plt_a')).token;
    stranger = (await test.api.addPlatform('plt_b')).token;
  });
  afterEach(() => world.clear());

  const post = (path: string, key = `key-${(keys += 1)}`, by = token) =>
    test.api.call('post', path, by).set('Idempotency-Key', key);
  const make = async (url = 'https://a.example/hook') => {
    const made = await post('/v1/webhook-endpoints').send({ url });
    assert.equal(made.status, 201, made.text);
    return String(at(made.body, 'id'));
  };

  it('the same request to make one, sent again, makes one and shows the same secret', async () => {
    const body = { url: 'https://a.example/hook', types: ['shift.clipped', 'shift.clipped'] };
    const first = await post('/v1/webhook-endpoints', 'same').send(body);
    const again = await post('/v1/webhook-endpoints', 'same').send(body);
    assert.deepEqual([first.status, again.status], [201, 201]);
    assert.deepEqual(again.body, first.body);
    assert.deepEqual(at(first.body, 'types'), ['shift.clipped']);
    const listed = await test.api.call('get', '/v1/webhook-endpoints', token);
    assert.equal(items(listed.body, 'data').length, 1);
    assert.ok(!listed.text.includes('whsec_'), 'shown once');
    assert.equal(items((await test.api.call('get', '/v1/webhook-endpoints', stranger)).body, 'data').length, 0);
  });

  it('at most ten, however many are made at once', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 14 }, async (_, i) => {
        return (await post('/v1/webhook-endpoints').send({ url: `https://a.example/${i}` })).status;
      }),
    );
    assert.deepEqual(statuses.sort(), [...Array<number>(10).fill(201), ...Array<number>(4).fill(409)]);
  });

  it('a platform cannot have the events of another', async () => {
    const made = await post('/v1/webhook-endpoints').send({ url: 'https://a.example/', audience: 'platform:plt_b' });
    assert.equal(at(made.body, 'audience'), 'platform:plt_a');
  });

  it('changes one under its ETag, and not when it has moved', async () => {
    const path = `/v1/webhook-endpoints/${await make()}`;
    const shown = await test.api.call('get', path, token);
    const etag = String(shown.get('etag'));
    const put = (body: object, by = token) => test.api.call('put', path, by).set('If-Match', etag).send(body);
    const changed = await put({ types: ['*'], description: 'ours' });
    assert.deepEqual([changed.status, at(changed.body, 'url')], [200, 'https://a.example/hook']);
    assert.equal((await put({ description: 'late' })).status, 412);
    assert.equal((await put({ description: 'foreign' }, stranger)).status, 404);
    assert.equal((await test.api.call('delete', path, token).set('If-Match', etag)).status, 412);
    const refused = await test.api.call('put', path, token).send({ url: 'http://10.0.0.1/' });
    assert.deepEqual([refused.status, at(refused.body, 'code')], [422, 'webhook_url_refused']);
  });

  it('pauses, resumes, tests and deletes; what waited is cancelled and stays readable', async () => {
    const path = `/v1/webhook-endpoints/${await make()}`;
    const paused = await post(`${path}/pause`);
    assert.deepEqual([at(paused.body, 'state'), at(paused.body, 'pausedBecause')], ['paused', 'asked']);
    assert.equal(at((await post(`${path}/test`)).body, 'code'), 'webhook_endpoint_paused');
    const resumed = await post(`${path}/resume`).send({});
    assert.deepEqual([at(resumed.body, 'state'), at(resumed.body, 'pausedBecause')], ['active', undefined]);
    const tested = await post(`${path}/test`);
    assert.equal(tested.status, 202);
    assert.equal((await test.api.call('delete', path, stranger)).status, 404);
    assert.equal((await test.api.call('delete', path, token)).status, 204);
    assert.equal((await test.api.call('get', path, token)).status, 404);
    const delivery = `/v1/webhook-deliveries/${String(at(tested.body, 'id'))}`;
    assert.equal(at((await test.api.call('get', delivery, token)).body, 'state'), 'cancelled');
    assert.equal((await post(`${delivery}/resend`)).status, 404);
  });

  it('rotates a secret once for each key', async () => {
    const path = `/v1/webhook-endpoints/${await make()}/rotate-secret`;
    const first = await post(path, 'rotate').send({});
    assert.deepEqual((await post(path, 'rotate').send({})).body, first.body);
    assert.equal(items(first.body, 'secrets').length, 2);
    assert.equal(at((await post(path).send({})).body, 'code'), 'webhook_secrets_live');
    assert.equal(items((await post(path).send({ oldSecretSeconds: 0 })).body, 'secrets').length, 1);
  });

  it('lists deliveries page by page, and by state', async () => {
    const receiver = await world.receiver();
    const id = await make(receiver.url);
    await world.happen('plt_a', 5);
    await world.deliver();
    receiver.answer = 500;
    test.api.clock.advance(1_000);
    await world.happen('plt_a', 2);
    await world.deliver();
    const list = async (query: string) => {
      const answer = await test.api.call('get', `/v1/webhook-endpoints/${id}/deliveries${query}`, token);
      assert.equal(answer.status, 200, answer.text);
      const page: unknown = answer.body;
      return { ids: items(page, 'data').map((one) => String(at(one, 'id'))), cursor: cursorOf(page) };
    };
    const all = await list('');
    assert.equal(all.ids.length, 7);
    const first = await list('?limit=4');
    const second = await list(`?limit=4&cursor=${first.cursor}`);
    assert.deepEqual([...first.ids, ...second.ids], all.ids);
    assert.deepEqual((await list('?state=waiting')).ids, all.ids.slice(0, 2));
    assert.deepEqual((await list('?state=dead')).ids, []);
    const [eventId] = (await world.deliveries({ state: 'delivered' })).map((delivery) => delivery.eventId);
    assert.equal((await list(`?eventId=${eventId}`)).ids.length, 1);
    for (const query of [
      '',
      '?limit=4',
      `?limit=4&cursor=${first.cursor}`,
      '?state=waiting',
      '?state=delivered&limit=2',
    ]) {
      assertLean(await profileReads(test.api.services.database, ['webhook_deliveries'], () => list(query)));
    }
  });

  it('what is done all the time examines what it returns, however much waits', async () => {
    const { services, clock } = test.api;
    const ids = [await make(), await make('https://b.example/'), await make('https://c.example/')];
    await world.happen('plt_a', 400);
    const now = clock.now();
    await placeEvents(services, { now });
    await fanOut(services, { since: 0, now });
    const reads = (work: () => Promise<unknown>) =>
      profileReads(services.database, ['events', 'event_heads', 'webhook_deliveries', 'webhook_endpoints'], work);
    assertLean(await reads(() => takeDeliveries(services, ids[0] ?? '', { limit: 10, now })));
    const looks = await reads(async () =>
      assert.deepEqual([...(await dueEndpoints(services, now))].sort(), [...ids].sort()),
    );
    for (const { keysExamined = 0, docsExamined = 0, planSummary } of looks) {
      assert.ok(
        keysExamined <= 20 && docsExamined <= 3,
        `${keysExamined} keys, ${docsExamined} documents: ${planSummary}`,
      );
    }
    assert.deepEqual(await dueEndpoints(services, now - 1), []);
    const idle = await reads(async () => {
      assert.equal(await placeEvents(services, { now }), 0);
      assert.equal((await fanOut(services, { since: 400, now })).made, 0);
    });
    assert.ok(idle.length <= 2);
    assertLean(idle);
  });
});
