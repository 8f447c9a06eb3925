import assert from 'node:assert/strict';
import type { ActorKind } from '../actor.ts';
import { closeThrough } from '../billing/close-through.ts';
import { createCarrier } from '../carriers/create-carrier.ts';
import { sampleEvent } from '../events/testing/sample-events.ts';
import { issueInvoices } from '../invoices/issue-invoices.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { mintToken } from '../people/tokens.ts';
import { openPolicy } from '../policies/open-policy.ts';
import { isRecord } from './json-schema.ts';
import type { AnyRoute } from './route.ts';
import { routes } from './routes.ts';
import { TEST_NOW, TEST_OPERATOR, useTestApi } from './testing/test-api.ts';

const DAY = '2026-03-01';
const EXTERNAL_ID = 'courier-of-the-owner';

/** What the owner has: an id of each kind that stands in a path, by the kind of its route. */
interface Owned {
  readonly workerId: string;
  readonly coverId: string;
  readonly eventId: string;
  readonly statementId: string;
  readonly invoiceId: string;
  readonly topUpId: string;
  readonly policyId: string;
  /** Of the event log. */
  readonly toldId: string;
  readonly webhookEndpointId: string;
  readonly webhookDeliveryId: string;
}

describe("another platform's key and ids", () => {
  const test = useTestApi({ config: { publicRatePerMinute: 1e6 } });
  const strangers = new Map<ActorKind, string>();
  let ownerToken = '';
  let owned: Owned;

  before(async () => {
    const { api } = test;
    const { services } = api;
    const owner = await api.addPlatform('plt_owner');
    ownerToken = owner.token;
    await createCarrier(services, { actor: TEST_OPERATOR, carrierId: 'car_x', name: 'Carrier X', licence: 'L-1' });
    const policy = await openPolicy(services, {
      actor: TEST_OPERATOR,
      platformId: owner.platformId,
      carrierId: 'car_x',
      policyholder: 'The Owner Ltd',
      product: 'rider-day@1',
      period: { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) },
      timeZone: 'Asia/Shanghai',
      occupationClasses: ['rider'],
      territories: ['CN'],
      backFilling: false,
      prepaid: false,
    });
    const started = await api
      .call('post', '/v1/shift-events', owner.token)
      .set('Content-Type', 'application/cloudevents+json')
      .send(
        JSON.stringify({
          specversion: '1.0',
          id: 'evt-1',
          source: owner.source,
          type: 'com.parasol.shift.started.v1',
          time: new Date(TEST_NOW).toISOString(),
          data: { workerId: EXTERNAL_ID, shiftId: 'shift-1', occupationClass: 'rider', territory: 'CN' },
        }),
      );
    assert.equal(started.status, 200, started.text);
    api.clock.advance(3 * 86_400_000);
    await closeThrough(services, { actor: TEST_OPERATOR, policyId: policy.policyId, through: DAY });
    const statement = await services.models.statements.findOne().lean();
    api.clock.advance(86_400_000);
    await issueInvoices(services);
    const invoice = await services.models.invoices.findOne().lean();
    await services.models.topUps.create({
      ...{ _id: 'top_ofowner', platformId: owner.platformId, reference: 'r', amount: 100, currency: 'CNY' },
      ...{ successUrl: 'https://x.example', cancelUrl: 'https://x.example', state: 'asked', idempotencyKey: 'k' },
      createdAt: new Date(TEST_NOW),
    });
    const told = sampleEvent({ aggregateId: 'told', audience: { kind: 'platform', platformId: owner.platformId } });
    await services.models.events.create(told);
    owned = {
      workerId: field(started.text, 'workerId'),
      coverId: field(started.text, 'coverId'),
      eventId: field(started.text, 'eventId'),
      statementId: statement?._id ?? assert.fail('no statement'),
      policyId: policy.policyId,
      toldId: told._id,
      ...(await addWebhook(owner.token)),
      invoiceId: invoice?._id ?? assert.fail('no invoice'),
      topUpId: 'top_ofowner',
    };
    const stranger = await api.addPlatform('plt_stranger');
    const common = { now: api.clock.now(), ttlSeconds: 3_600 };
    const worker = { kind: 'worker', subjectId: 'wrk_stranger', platformId: stranger.platformId } as const;
    strangers.set('platform', stranger.token);
    strangers.set('worker', (await mintToken(services, { ...worker, ...common })).token);
    strangers.set(
      'person',
      (await mintToken(services, { kind: 'person', subjectId: 'per_stranger', ...common })).token,
    );
  });

  afterEach(() => assertBooks(test.api.services));

  /** An endpoint of the owner with a delivery that waits for nobody to call. */
  async function addWebhook(token: string): Promise<Pick<Owned, 'webhookEndpointId' | 'webhookDeliveryId'>> {
    const post = (path: string, key: string) => test.api.call('post', path, token).set('Idempotency-Key', key);
    const made = await post('/v1/webhook-endpoints', 'make').send({ url: 'https://owner.example/hook' });
    assert.equal(made.status, 201, made.text);
    const webhookEndpointId = field(made.text, 'id');
    const tested = await post(`/v1/webhook-endpoints/${webhookEndpointId}/test`, 'test');
    assert.equal(tested.status, 202, tested.text);
    return { webhookEndpointId, webhookDeliveryId: field(tested.text, 'id') };
  }

  /** Ids of the owner that fit the route's path. */
  function idsFor(route: AnyRoute): string[] {
    if (route.path.startsWith('/v1/workers/')) return [EXTERNAL_ID, owned.workerId];
    if (route.path.startsWith('/v1/covers/')) return [owned.coverId];
    if (route.path.startsWith('/v1/statements/')) return [owned.statementId];
    if (route.path.startsWith('/v1/webhook-endpoints/')) return [owned.webhookEndpointId];
    if (route.path.startsWith('/v1/webhook-deliveries/')) return [owned.webhookDeliveryId];
    if (route.path.startsWith('/v1/invoices/')) return [owned.invoiceId];
    if (route.path.startsWith('/v1/deposits/top-ups/')) return [owned.topUpId];
    if (route.path.startsWith('/v1/events/')) return [owned.toldId];
    if (route.path.startsWith('/v1/shift-events/{')) return [owned.eventId];
    return ['unknown'];
  }

  let asked = 0;
  const ask = async (route: AnyRoute, id: string, token: string | undefined) => {
    asked += 1;
    const path = route.path.replace(/\{\w+\}/, encodeURIComponent(id)) + queryFor(route);
    const answer = await test.api.call(route.method, path, token).set('Idempotency-Key', `key-${asked}`).buffer();
    // A PDF has no text; ids and the request's own id may stand in any answer.
    const text = (answer.text ?? '')
      .replaceAll(/req_\w+/g, '')
      .replaceAll(id, '')
      .replaceAll(encodeURIComponent(id), '');
    return { status: answer.status, text };
  };

  it('the owner sees what is theirs', async () => {
    for (const route of routes.filter(({ method, path }) => method === 'get' && path.includes('{'))) {
      if (!route.allow.includes('platform') || route.path.startsWith('/v1/products')) continue;
      for (const id of idsFor(route))
        assert.equal((await ask(route, id, ownerToken)).status, 200, `${route.path} ${id}`);
    }
  });

  const byRead = [...routes].sort((a, b) => Number(a.method !== 'get') - Number(b.method !== 'get'));
  for (const route of byRead) {
    for (const kind of ['platform', 'worker', 'person'] as const) {
      if (!route.allow.includes(kind)) continue;
      it(`${route.method} ${route.path} shows a strange ${kind} nothing of it`, async () => {
        const token = strangers.get(kind);
        for (const id of idsFor(route)) {
          const theirs = await ask(route, id, token);
          const words = [...Object.values<string>({ ...owned }), EXTERNAL_ID, 'The Owner Ltd'].filter(
            (word) => word !== id,
          );
          for (const word of words) assert.ok(!theirs.text.includes(word), `${word} in ${theirs.text}`);
          if (!route.path.includes('{') || route.method === 'put') continue;
          const unknown = await ask(route, unlike(id), token);
          assert.deepEqual(theirs, unknown, 'foreign and unknown answer alike');
          assert.ok(theirs.status >= 400);
        }
      });
    }
  }
});

function queryFor(route: AnyRoute): string {
  if (route.path === '/v1/workers/{id}/cover') return `?at=${new Date(TEST_NOW).toISOString()}`;
  if (route.path.startsWith('/v1/reports/')) return `?from=${DAY}&to=${DAY}`;
  if (route.path === '/v1/workers/{id}/covers') return `?from=${DAY}&to=${DAY}`;
  return '';
}

/** An id of the same form that nobody has. */
function unlike(id: string): string {
  const last = id.at(-1) === '0' ? '1' : '0';
  return `${id.slice(0, -1)}${last}`;
}

function field(text: string, name: string): string {
  const value: unknown = JSON.parse(text);
  const found = isRecord(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : assert.fail(`no ${name} in ${text}`);
}
