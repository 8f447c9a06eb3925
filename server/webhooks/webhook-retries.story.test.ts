import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { FAILING_MS_MAX, RETRY_WINDOW_MS } from '../../programs/webhooks/decide-delivery.ts';
import { inTransaction } from '../database/transaction.ts';
import { TEST_OPERATOR, useTestApi } from '../http/testing/test-api.ts';
import { pauseEndpoint, resumeEndpoint } from './change-endpoint.ts';
import { DEAD_KEPT_MS, DELIVERED_KEPT_MS } from './deliver-one.ts';
import { resendDelivery, resendRange } from './resend-deliveries.ts';
import { rotateSecret } from './rotate-secret.ts';
import type { Received } from './testing/receiver.ts';
import { webhookWorld } from './testing/webhook-world.ts';
import { webhookRows } from './webhook-models.ts';

const HOUR_MS = 3_600_000;
const actor = TEST_OPERATOR;

describe('webhooks that are not accepted', () => {
  const test = useTestApi();
  const world = webhookWorld(test);
  before(() => test.api.addPlatform('plt_a'));
  afterEach(() => world.clear());

  const endpointOf = (id: string) => webhookRows(test.api.services).endpoints.findOne({ _id: id });
  /** Moves the clock to the next call that is due and makes it, until nothing waits; answers how long after the start each was. */
  async function untilNothingWaits(): Promise<number[]> {
    const startAt = test.api.clock.now();
    const calledAfter: number[] = [];
    for (;;) {
      await world.deliver();
      calledAfter.push(test.api.clock.now() - startAt);
      const [waiting] = await world.deliveries({ state: 'waiting' });
      if (waiting?.dueAt === undefined) return calledAfter;
      test.api.clock.set(waiting.dueAt.getTime());
    }
  }

  it('are tried for three days, less and less often, and are then dead; a resend begins anew', async () => {
    const { services, clock } = test.api;
    const receiver = await world.receiver();
    receiver.answer = 500;
    const { endpoint } = await world.endpoint('plt_a', receiver.url);
    await world.happen('plt_a');
    const calledAfter = await untilNothingWaits();
    assert.equal(calledAfter.at(-1), RETRY_WINDOW_MS);
    assert.ok(receiver.calls.length >= 11 && receiver.calls.length <= 18, `${receiver.calls.length} calls`);
    assert.equal(new Set(receiver.calls.map(({ id }) => id)).size, 1);
    const [dead] = await world.deliveries({ state: 'dead' });
    assert.ok(dead);
    assert.equal(dead.answers.length, receiver.calls.length);
    assert.ok(dead.answers.every(({ status, body }) => status === 500 && body === 'seen'));

    receiver.answer = 200;
    await resumeEndpoint(services, { actor, endpointId: endpoint._id });
    const again = await inTransaction(services.database, (session) =>
      resendDelivery(services, { actor, deliveryId: dead._id }, session),
    );
    assert.deepEqual([again.state, again.attempts], ['waiting', 0]);
    await world.deliver();
    const [delivered] = await world.deliveries();
    assert.deepEqual([delivered?.state, delivered?.attempts], ['delivered', 1]);
    assert.equal(delivered?.answers.length, dead.answers.length + 1);

    clock.advance(DELIVERED_KEPT_MS);
    await world.deliver();
    assert.deepEqual(await world.deliveries(), [], 'the log of calls is cleared; the events stay');
    assert.ok(DEAD_KEPT_MS > DELIVERED_KEPT_MS);
  });

  it('go through as soon as the receiver is there again, and its failures are forgotten', async () => {
    const receiver = await world.receiver();
    receiver.answer = 503;
    const { endpoint } = await world.endpoint('plt_a', receiver.url);
    await world.happen('plt_a', 5);
    await world.deliver();
    assert.ok((await endpointOf(endpoint._id))?.failingSince);
    receiver.answer = 200;
    await untilNothingWaits();
    assert.equal((await world.deliveries({ state: 'delivered' })).length, 5);
    assert.equal((await endpointOf(endpoint._id))?.failingSince, undefined);
  });

  it('wait as long as the receiver asks', async () => {
    const receiver = await world.receiver();
    receiver.answer = (_, response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    await world.endpoint('plt_a', receiver.url);
    await world.happen('plt_a');
    await world.deliver();
    const [waiting] = await world.deliveries();
    assert.equal(waiting?.dueAt?.getTime(), test.api.clock.now() + HOUR_MS);
  });

  it('redirects are not followed, and an answer of any length is read a little', async () => {
    const [other, receiver] = [await world.receiver(), await world.receiver()];
    receiver.answer = (_, response) => {
      response.writeHead(307, { location: other.url });
      const write = (): void =>
        void (response.write('x'.repeat(65_536)) ? setImmediate(write) : response.once('drain', write));
      write();
    };
    await world.endpoint('plt_a', receiver.url);
    await world.happen('plt_a');
    await world.deliver();
    const [waiting] = await world.deliveries();
    assert.equal(other.calls.length, 0);
    assert.deepEqual([waiting?.state, waiting?.answers[0]?.status], ['waiting', 307]);
    assert.equal(waiting?.answers[0]?.body, 'x'.repeat(1_024));
  });

  it('an endpoint that only fails for three days is paused and says so; nothing is lost', async () => {
    const { services, clock } = test.api;
    const [dead, healthy] = [await world.receiver(), await world.receiver()];
    dead.answer = 500;
    const { endpoint } = await world.endpoint('plt_a', dead.url);
    await world.endpoint('plt_a', healthy.url, { types: ['webhook_endpoint.paused'] });
    await world.happen('plt_a');
    await untilNothingWaits();
    const paused = await endpointOf(endpoint._id);
    assert.deepEqual([paused?.state, paused?.pausedBecause], ['paused', 'failing']);
    assert.ok(clock.now() - (paused?.failingSince?.getTime() ?? 0) >= FAILING_MS_MAX);
    await world.deliver();
    assert.equal(healthy.calls.length, 1);
    assert.deepEqual(dataOf(healthy.calls[0]), {
      endpointId: endpoint._id,
      because: 'failing',
      failingSince: paused?.failingSince?.toISOString(),
    });
    const before = dead.calls.length;
    await world.happen('plt_a', 3);
    await world.deliver();
    assert.equal(dead.calls.length, before, 'no call while it is paused');
    dead.answer = 200;
    await resumeEndpoint(services, { actor, endpointId: endpoint._id });
    await world.deliver();
    assert.equal(dead.calls.length, before + 4, 'three that waited in the log, and the notice');
  });

  it('410 pauses at once', async () => {
    const receiver = await world.receiver();
    receiver.answer = 410;
    const { endpoint } = await world.endpoint('plt_a', receiver.url);
    await world.happen('plt_a', 2);
    await world.deliver();
    const paused = await endpointOf(endpoint._id);
    assert.deepEqual([paused?.state, paused?.pausedBecause], ['paused', 'gone']);
    const told = await test.api.services.models.events.find({ type: 'webhook_endpoint.paused' }).lean();
    assert.equal(told.length, 1, 'however many calls said so');
  });

  it('a paused endpoint gets what it missed when it is resumed, or none of it, as asked', async () => {
    const { services, clock } = test.api;
    const receiver = await world.receiver();
    const { endpoint } = await world.endpoint('plt_a', receiver.url);
    const ref = { actor, endpointId: endpoint._id };
    await pauseEndpoint(services, ref);
    await world.happen('plt_a', 2);
    await world.deliver();
    await resumeEndpoint(services, ref);
    await world.deliver();
    assert.equal(receiver.calls.length, 2);
    await pauseEndpoint(services, ref);
    const from = clock.now();
    await world.happen('plt_a', 2);
    await world.deliver();
    await resumeEndpoint(services, { ...ref, skipMissed: true });
    await world.deliver();
    assert.equal(receiver.calls.length, 2);
    // What was left out can still be asked for.
    clock.advance(1);
    const resend = (types?: ['worker.linked']) =>
      inTransaction(services.database, (session) =>
        resendRange(services, { ...ref, from, to: clock.now(), types }, session),
      );
    assert.deepEqual(await resend(), { count: 4 });
    await world.deliver();
    assert.equal(receiver.calls.length, 6);
    assert.equal(new Set(receiver.calls.map(({ id }) => id)).size, 4);
    assert.deepEqual(await resend(['worker.linked']), { count: 4 });
  });

  it('a range of more than fits is sent again in parts', async () => {
    const { services, clock } = test.api;
    const receiver = await world.receiver();
    const { endpoint } = await world.endpoint('plt_a', receiver.url);
    await pauseEndpoint(services, { actor, endpointId: endpoint._id });
    const from = clock.now();
    await world.happen('plt_a', 1_001);
    await world.deliver();
    clock.advance(1);
    const resend = (after?: number) =>
      inTransaction(services.database, (session) =>
        resendRange(services, { actor, endpointId: endpoint._id, from, to: clock.now(), after }, session),
      );
    const first = await resend();
    assert.equal(first.count, 1_000);
    assert.deepEqual(await resend(first.next), { count: 1 });
    assert.equal((await world.deliveries({ state: 'waiting' })).length, 1_001);
  });

  it('are signed by both secrets while they are live, and by the new one alone after', async () => {
    const { services, clock } = test.api;
    const receiver = await world.receiver();
    const { endpoint, secret: old } = await world.endpoint('plt_a', receiver.url);
    const rotate = (oldSecretSeconds?: number) =>
      inTransaction(services.database, (session) =>
        rotateSecret(services, { actor, endpointId: endpoint._id, oldSecretSeconds }, session),
      );
    const { secret: fresh } = await rotate(3_600);
    const signedBy = async (): Promise<string[]> => {
      await world.happen('plt_a');
      await world.deliver();
      const call = receiver.calls.at(-1);
      assert.ok(call);
      return Object.entries({ old, fresh, newest }).flatMap(([name, secret]) => (isSigned(call, secret) ? [name] : []));
    };
    let newest = '';
    assert.deepEqual(await signedBy(), ['old', 'fresh']);
    await assert.rejects(rotate(), /Two secrets are live/);
    clock.advance(HOUR_MS - 1);
    assert.deepEqual(await signedBy(), ['old', 'fresh']);
    clock.advance(1);
    assert.deepEqual(await signedBy(), ['fresh']);
    ({ secret: newest } = await rotate(0));
    assert.deepEqual(await signedBy(), ['newest']);
    const stored = JSON.stringify(await endpointOf(endpoint._id));
    for (const secret of [old, fresh, newest]) assert.ok(!stored.includes(secret.slice(6)), 'encrypted at rest');
  });
});

function dataOf(call: Received | undefined): unknown {
  const event: unknown = JSON.parse(call?.body ?? 'null');
  return Object.entries(event ?? {}).find(([name]) => name === 'data')?.[1];
}

/** The package's own signature of the same call: its clock would find a test's time too old. */
function isSigned({ id, headers, body }: Received, secret: string): boolean {
  if (secret === '') return false;
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
  return (headers['webhook-signature'] ?? '').split(' ').includes(new Webhook(secret).sign(id, at, body));
}
