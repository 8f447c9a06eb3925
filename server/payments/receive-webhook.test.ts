import assert from 'node:assert/strict';
import { Stripe } from 'stripe';
import { TEST_NOW, useTestApi } from '../http/testing/test-api.ts';

const SNAPSHOT_SECRET = 'whsec_snapshot_secret';
const THIN_SECRET = 'whsec_thin_secret_00';
const SECOND = 1_000;

describe("Stripe's webhooks", () => {
  const test = useTestApi({
    config: {
      stripeSecretKey: 'sk_test_12345678',
      stripeWebhookSecret: `${SNAPSHOT_SECRET},${THIN_SECRET}`,
    },
  });
  const stored = () => test.api.services.models.providerEvents.find().sort({ _id: 1 }).lean();
  beforeEach(() => test.api.services.models.providerEvents.deleteMany({}));

  const transfer = { id: 'tr_1', object: 'transfer', amount: 500, currency: 'cny', created: 1, reversed: false };
  const snapshot = (more: object = {}) => ({
    ...{ id: 'evt_1', object: 'event', type: 'transfer.created', created: TEST_NOW / SECOND, livemode: false },
    data: { object: { ...transfer, metadata: { payoutId: 'pyo_1', attempt: '1' } } },
    ...more,
  });
  const thin = {
    ...{ id: 'evt_thin_1', object: 'v2.core.event', type: 'v2.money_management.outbound_payment.posted' },
    ...{ created: '2026-03-01T08:00:00.000Z', livemode: false },
    related_object: { id: 'obp_1', type: 'v2.money_management.outbound_payment', url: '/v2/x/obp_1' },
  };

  interface Sending {
    readonly secret?: string;
    readonly signedAt?: number;
    /** What is sent instead of what was signed. */
    readonly body?: string;
    readonly header?: string;
  }
  async function send(event: object, { secret = SNAPSHOT_SECRET, signedAt = TEST_NOW, body, header }: Sending = {}) {
    const payload = JSON.stringify(event, null, 2);
    const timestamp = signedAt / SECOND;
    const signature = header ?? Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
    const { status, text } = await test.api
      .call('post', '/v1/webhooks/stripe')
      .set('Content-Type', 'application/json; charset=utf-8')
      .set('Stripe-Signature', signature)
      .send(body ?? payload);
    return `${status} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ''}`.trim();
  }

  it('are stored by their id, once, reduced to what facts are made of', async () => {
    assert.deepEqual([await send(snapshot()), await send(snapshot()), await send(snapshot())], ['200', '200', '200']);
    const [event, ...more] = await stored();
    assert.deepEqual([event?._id, event?.state, event?.subject, more.length], ['stripe:evt_1', 'new', 'tr_1', 0]);
    assert.deepEqual(event?.seen, {
      ...{ kind: 'payout', provider: 'stripe', ref: 'tr_1', at: TEST_NOW },
      payout: {
        ...{ providerRef: 'tr_1', payoutId: 'pyo_1', attempt: 1, state: 'posted', createdAt: SECOND },
        amount: { amount: 500, currency: 'CNY' },
      },
    });
    const longs = { 'seen.payout.amount.amount': { $type: 'long' } };
    assert.equal(await test.api.services.database.db.collection('provider_events').countDocuments(longs), 1);
  });

  it('thin ones are believed by a secret of their own, and their object is fetched later', async () => {
    assert.equal(await send(thin, { secret: THIN_SECRET }), '200');
    const [event] = await stored();
    assert.deepEqual(
      [event?.subject, event?.object, event?.state, event?.seen],
      ['obp_1', 'v2.money_management.outbound_payment', 'new', undefined],
    );
  });

  it('of other kinds, of others, or of a connected account are kept and left alone', async () => {
    const others = [
      snapshot({ id: 'evt_2', type: 'customer.created', data: { object: { id: 'cus_1', object: 'customer' } } }),
      snapshot({ id: 'evt_3', type: 'balance.available', data: { object: { object: 'balance' } } }),
      snapshot({ id: 'evt_4', data: { object: { ...transfer, metadata: {} } } }),
      snapshot({ id: 'evt_5', account: 'acct_1' }),
    ];
    for (const other of others) assert.equal(await send(other), '200');
    assert.deepEqual(
      (await stored()).map(({ state }) => state),
      ['ignored', 'ignored', 'ignored', 'ignored'],
    );
  });

  const refused: readonly [what: string, event: object, sending: Sending, answer: string][] = [
    [
      'tampered',
      snapshot(),
      { body: JSON.stringify(snapshot({ id: 'evt_9' }), null, 2) },
      '400 webhook_signature_invalid',
    ],
    ['parsed and written anew', snapshot(), { body: JSON.stringify(snapshot()) }, '400 webhook_signature_invalid'],
    ['signed by another secret', snapshot(), { secret: 'whsec_of_another' }, '400 webhook_signature_invalid'],
    ['with a signature that is none', snapshot(), { header: 'yes' }, '400 webhook_signature_invalid'],
    ['with an empty signature', snapshot(), { header: '' }, '400 webhook_signature_invalid'],
    ['with a time that is none', snapshot(), { header: 't=soon,v1=00' }, '400 webhook_signature_invalid'],
    ['301 s old', snapshot(), { signedAt: TEST_NOW - 301 * SECOND }, '400 webhook_time_out_of_bounds'],
    ['301 s ahead', snapshot(), { signedAt: TEST_NOW + 301 * SECOND }, '400 webhook_time_out_of_bounds'],
    ['about real money', snapshot({ livemode: true }), {}, '422 webhook_mode_mismatch'],
    ['no event', { object: 'event' }, {}, '400 webhook_unreadable'],
    ['a thin one without a time', { ...thin, created: 'soon' }, {}, '400 webhook_unreadable'],
    ['a list', [snapshot()], {}, '400 webhook_unreadable'],
  ];
  for (const [what, event, sending, answer] of refused) {
    it(`${what}: ${answer}, nothing stored`, async () => {
      assert.equal(await send(event, sending), answer);
      assert.deepEqual(await stored(), []);
    });
  }

  it('without a signature: refused', async () => {
    const { status, text } = await test.api.call('post', '/v1/webhooks/stripe').send(snapshot());
    assert.equal(status, 400);
    assert.match(text, /webhook_signature_invalid/);
  });

  for (const seconds of [-300, 300]) {
    it(`${seconds} s from now: taken`, async () => {
      assert.equal(await send(snapshot(), { signedAt: TEST_NOW + seconds * SECOND }), '200');
    });
  }

  it('are believed by the last time that the header names, which is the one that was signed', async () => {
    const payload = JSON.stringify(snapshot(), null, 2);
    const timestamp = (TEST_NOW - 3_600 * SECOND) / SECOND;
    const old = Stripe.webhooks.generateTestHeaderString({ payload, secret: SNAPSHOT_SECRET, timestamp });
    assert.equal(await send(snapshot(), { header: `t=${TEST_NOW / SECOND},${old}` }), '400 webhook_time_out_of_bounds');
    const forged = `${old},t=${TEST_NOW / SECOND}`;
    assert.equal(await send(snapshot(), { header: forged }), '400 webhook_signature_invalid');
  });

  for (const ending of [' ', 'x', '=1', '.0']) {
    it(`recorded an hour ago, their time written as t=<then>${ending} behind a new one: refused`, async () => {
      const payload = JSON.stringify(snapshot(), null, 2);
      const timestamp = TEST_NOW / SECOND - 3_600;
      const old = Stripe.webhooks.generateTestHeaderString({ payload, secret: SNAPSHOT_SECRET, timestamp });
      const header = `t=${TEST_NOW / SECOND},${old.replace(/^(t=\d+)/, `$1${ending}`)}`;
      assert.equal(await send(snapshot(), { header }), '400 webhook_time_out_of_bounds');
      assert.deepEqual(await stored(), []);
    });
  }
});
