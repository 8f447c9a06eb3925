import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { booksOf } from './books.ts';
import { returnOutbound } from './objects/outbound-payments.ts';
import { DAY_MS, play, recipientWith, send } from './testing/play.ts';

describe('sandbox: outbound payments', () => {
  for (const { number, states } of [
    { number: '6222020200112233', states: ['processing', 'posted', 'posted'] },
    { number: '000111111116', states: ['processing', 'failed', 'failed'] },
    { number: '000222222227', states: ['processing', 'posted', 'returned'] },
    { number: '000333333335', states: ['processing', 'processing', 'processing'] },
  ]) {
    it(`${number}: ${states.join(' -> ')}`, async () => {
      const { core, stripe, fund, pass } = play();
      fund(50_000);
      const to = await recipientWith(stripe, number);
      const seen = [];
      const { id } = await send(stripe, to);
      for (const ms of [0, 2_000, 2 * DAY_MS]) {
        pass(ms);
        seen.push((await stripe.v2.moneyManagement.outboundPayments.retrieve(id)).status);
      }
      assert.deepEqual(seen, states);
      const { balances, breaches, sentByPayout } = booksOf(core.store);
      assert.deepEqual(breaches, []);
      const gone = ['failed', 'returned'].includes(states[2] ?? '');
      assert.deepEqual(balances, [{ currency: 'cny', available: gone ? 50_000 : 40_000, pending: 0 }]);
      assert.deepEqual(sentByPayout, { pyo_1: gone ? 0 : 1 });
    });
  }

  it('is refused when the balance is too small, and may be tried again with the same key', async () => {
    const { core, stripe, fund } = play();
    fund(9_999);
    const to = await recipientWith(stripe);
    await assert.rejects(send(stripe, to), (error: unknown) => {
      assert(error instanceof Stripe.errors.InsufficientFundsError);
      assert.equal(error.code, 'outbound_payment_insufficient_funds');
      return true;
    });
    fund(1);
    assert.equal((await send(stripe, to)).status, 'processing');
    assert.deepEqual(booksOf(core.store).balances, [{ currency: 'cny', available: 0, pending: 0 }]);
  });

  it('can be canceled while it is processing only, and its money comes back', async () => {
    const { core, stripe, fund, pass } = play();
    fund(20_000);
    const to = await recipientWith(stripe);
    const first = await send(stripe, to);
    assert.equal((await stripe.v2.moneyManagement.outboundPayments.cancel(first.id)).status, 'canceled');
    await assert.rejects(
      stripe.v2.moneyManagement.outboundPayments.cancel(first.id),
      Stripe.errors.AlreadyCanceledError,
    );
    const second = await send(stripe, to, { key: 'key-2' });
    pass(2_000);
    await assert.rejects(
      stripe.v2.moneyManagement.outboundPayments.cancel(second.id),
      Stripe.errors.NotCancelableError,
    );
    const { sentByPayout, doubled, balances } = booksOf(core.store);
    assert.deepEqual({ sentByPayout, doubled }, { sentByPayout: { pyo_1: 1 }, doubled: [] });
    assert.equal(balances[0]?.available, 10_000);
  });

  it("comes back by command with the bank's reason, once", async () => {
    const { clock, core, stripe, fund, pass } = play();
    fund(20_000);
    const { id } = await send(stripe, await recipientWith(stripe));
    pass(2_000);
    core.act(clock.now(), (context) => returnOutbound(context, id, 'payout_method_restricted'));
    const payment = await stripe.v2.moneyManagement.outboundPayments.retrieve(id);
    assert.equal(payment.status, 'returned');
    assert.equal(payment.status_details?.returned?.reason, 'payout_method_restricted');
    assert.throws(() => core.act(clock.now(), (context) => returnOutbound(context, id)), /not posted/);
    assert.equal(booksOf(core.store).balances[0]?.available, 20_000);
  });

  it('is listed by recipient, time and state, page by page, youngest first', async () => {
    const { stripe, fund, pass } = play();
    fund(1_000_000);
    const [a, b] = [await recipientWith(stripe), await recipientWith(stripe)];
    const sent: string[] = [];
    for (let n = 0; n < 7; n++) {
      sent.push((await send(stripe, n % 3 === 2 ? b : a, { value: 100 + n, payoutId: `pyo_${n}`, key: `k${n}` })).id);
      pass(1_000);
    }
    const listed = async (params: object) => {
      const ids = [];
      for await (const { id } of stripe.v2.moneyManagement.outboundPayments.list(params)) ids.push(sent.indexOf(id));
      return ids;
    };
    assert.deepEqual(await listed({ limit: 2 }), [6, 5, 4, 3, 2, 1, 0]);
    assert.deepEqual(await listed({ limit: 2, recipient: b.recipient }), [5, 2]);
    assert.deepEqual(await listed({ limit: 2, status: ['processing'] }), [6]);
  });

  it("tells Stripe's thin events as the SDK reads them", async () => {
    const { core, clock, stripe, fund, pass } = play();
    fund(20_000);
    const { id } = await send(stripe, await recipientWith(stripe, '000222222227'));
    pass(3 * DAY_MS);
    const secret = 'whsec_test';
    const told = core.dueWebhooks(clock.now()).map(({ payload }) => payload);
    const thin = told.filter((payload) => payload.includes('v2.core.event'));
    const types = [];
    for (const payload of thin) {
      const header = stripe.webhooks.generateTestHeaderString({ payload, secret });
      const notification = stripe.parseEventNotification(payload, header, secret);
      types.push(notification.type);
      if (notification.type === 'v2.money_management.outbound_payment.returned') {
        assert.equal((await notification.fetchRelatedObject()).id, id);
        assert.equal((await notification.fetchEvent()).type, notification.type);
      }
    }
    assert.deepEqual(types, [
      'v2.money_management.outbound_payment.created',
      'v2.money_management.outbound_payment.posted',
      'v2.money_management.outbound_payment.returned',
    ]);
  });
});
