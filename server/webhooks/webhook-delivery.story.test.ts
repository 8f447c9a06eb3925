import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { systemClock } from '../clock.ts';
import { useTestApi } from '../http/testing/test-api.ts';
import { AnswerLog } from './answer-log.ts';
import { callEndpoint } from './call-endpoint.ts';
import { deliverOne } from './deliver-one.ts';
import { resolvePublic } from './resolve-host.ts';
import { LEASE_MS, takeDeliveries } from './take-deliveries.ts';
import { webhookWorld } from './testing/webhook-world.ts';
import { webhookRows } from './webhook-models.ts';
import { startWebhookRunner, type WebhookRunner } from './webhook-runner.ts';

describe('webhooks are delivered', () => {
  // The package that verifies signatures looks at the machine's clock.
  const test = useTestApi();
  const world = webhookWorld(test);
  const runners: WebhookRunner[] = [];
  const run = (timeoutMs = 5_000): void =>
    void runners.push(startWebhookRunner(test.api.services, { idleMs: 20, timeoutMs }));

  before(async () => {
    // When its turn has come, which is long after all files were read.
    test.api.clock.set(systemClock.now());
    await test.api.addPlatform('plt_a');
    await test.api.addPlatform('plt_b');
  });
  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    await world.clear();
  });

  it('to the platform that they are for, signed, once, as the log shows them', async () => {
    const [a, b] = [await world.receiver(), await world.receiver()];
    const { secret, endpoint } = await world.endpoint('plt_a', a.url);
    await world.endpoint('plt_b', b.url);
    const ids = await world.happen('plt_a', 3);
    const others = await world.happen('plt_b', 1);
    run();
    assert.ok(await world.within(() => a.calls.length >= 3 && b.calls.length >= 1));
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    assert.deepEqual(new Set(a.calls.map(({ id }) => id)), new Set(ids));
    assert.deepEqual(
      b.calls.map(({ id }) => id),
      others,
    );
    for (const { id, body, headers } of a.calls) {
      const verified: unknown = new Webhook(secret).verify(body, { ...headers });
      const { token } = { token: await test.api.addOperatorKey(`opr_${id.slice(-4)}`) };
      const shown = await test.api.call('get', `/v1/events/${id}`, token);
      assert.deepEqual(verified, shown.body);
      assert.match(headers['content-type'] ?? '', /^application\/json/);
    }
    const [first] = await world.deliveries({ endpointId: endpoint._id });
    assert.deepEqual(
      [first?.state, first?.attempts, first?.answers[0]?.status, first?.answers[0]?.body],
      ['delivered', 1, 200, 'seen'],
    );
  });

  it('only of the types that an endpoint asks for, and only what is published after it was made', async () => {
    const receiver = await world.receiver();
    await world.happen('plt_a');
    await world.deliver();
    await world.endpoint('plt_a', receiver.url, { types: ['shift.clipped', 'payout.paid'] });
    await world.happen('plt_a', 600);
    const [wanted] = await world.happen('plt_a', 1, { type: 'shift.clipped' });
    await world.happen('plt_a', 600);
    await world.deliver();
    assert.deepEqual(
      receiver.calls.map(({ id }) => id),
      [wanted],
    );
    const head = await webhookRows(test.api.services).endpoints.findOne({});
    assert.equal(head?.position, 1_202);
  });

  it('an endpoint that hangs and one that is away delay nobody else', async () => {
    const [hangs, works] = [await world.receiver(), await world.receiver()];
    hangs.answer = () => undefined;
    const away = await world.receiver();
    await away.close();
    for (const url of [hangs.url, away.url, works.url]) await world.endpoint('plt_a', url);
    await world.happen('plt_a', 100);
    run();
    const startedAt = performance.now();
    assert.ok(await world.within(() => works.calls.length >= 100));
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs < 3_000, `${tookMs} ms`);
    assert.ok(hangs.calls.length <= 16, 'no more than its share is called at once');
    assert.equal(new Set(works.calls.map(({ id }) => id)).size, 100);
  });

  it('by two processes at once, each event once', async () => {
    const receivers = [await world.receiver(), await world.receiver(), await world.receiver()];
    for (const receiver of receivers) await world.endpoint('plt_a', receiver.url);
    run();
    run();
    for (let i = 0; i < 10; i++) await world.happen('plt_a', 10);
    assert.ok(await world.within(async () => (await world.deliveries({ state: 'delivered' })).length === 300));
    for (const { calls } of receivers) {
      assert.equal(calls.length, 100);
      assert.equal(new Set(calls.map(({ id }) => id)).size, 100);
    }
  });

  it('again when the process that called died before it wrote down the answer: the id is the same', async () => {
    const { services, clock } = test.api;
    const receiver = await world.receiver();
    const { endpoint } = await world.endpoint('plt_a', receiver.url);
    const [id] = await world.happen('plt_a');
    receiver.answer = (_, response) => response.writeHead(503).end();
    await world.deliver();
    receiver.answer = 200;
    clock.advance(10_000);
    const [dying] = await takeDeliveries(services, endpoint._id, { limit: 5, now: clock.now() });
    assert.ok(dying);
    const settings = { timeoutMs: 1_000, resolve: resolvePublic, answers: new AnswerLog(services) };
    const policy = { httpAllowed: true, loopbackAllowed: true };
    const headers = { 'webhook-id': dying.eventId };
    await callEndpoint({ ...settings, url: receiver.url, headers, body: '{}', policy });
    await world.deliver();
    assert.equal(receiver.calls.length, 2, 'while the lease holds, nobody else calls');
    clock.advance(LEASE_MS);
    await world.deliver();
    assert.deepEqual(
      receiver.calls.map((call) => call.id),
      [id, id, id],
    );
    const [delivered] = await world.deliveries();
    assert.deepEqual([delivered?.state, delivered?.attempts, delivered?.answers.length], ['delivered', 3, 2]);
    // The dead one comes back: its word no longer counts.
    receiver.answer = 500;
    const event = await services.models.events.findById(id).lean();
    assert.ok(event);
    await deliverOne(services, settings, { endpoint, delivery: dying, event });
    assert.deepEqual(await world.deliveries(), [delivered]);
  });

  it('stop waits for the calls under way, and what it did not begin stays due', async () => {
    const receiver = await world.receiver();
    let answered = 0;
    receiver.answer = (_, response) => void setTimeout(() => response.end(String((answered += 1))), 300);
    await world.endpoint('plt_a', receiver.url);
    await world.happen('plt_a', 30);
    run();
    assert.ok(await world.within(() => receiver.calls.length > 0));
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    assert.equal(answered, receiver.calls.length);
    const states = (await world.deliveries()).map(({ state, lease }) => (lease === undefined ? state : 'leased'));
    assert.equal(states.filter((state) => state === 'delivered').length, answered);
    assert.equal(states.filter((state) => state === 'waiting').length, 30 - answered);
  });
});
