import assert from 'node:assert/strict';
import { dayMs } from '../programs/calendar.ts';
import { waitUntil } from '../server/database/embedded/wait-until.ts';
import { assertBooks } from '../server/ledger/testing/assert-books.ts';
import { runFolder } from '../server/payments/run-folder.ts';
import { payoutOrder, usePaymentsWorld } from '../server/payments/testing/payments-world.ts';
import { tickOnce, tickRepeatedly } from './testing/tick-repeatedly.ts';

/** Agenda late, doubled and wiped: for what providers tell, nothing but time is lost. */
describe('catching up with payment providers', () => {
  const test = usePaymentsWorld();
  const services = () => test.world.api.services;

  const tick = (name: string) => tickOnce(services(), name);
  const tickManyTimes = (name: string) => tickRepeatedly(services(), name);
  const paidTopUp = async (topUpId: string) => {
    const { stripe, control } = test.world;
    const page = await stripe.openTopUp({
      ...{ topUpId, platformId: 'plt_1', amount: { amount: 10_000, currency: 'CNY' }, idempotencyKey: topUpId },
      ...{ successUrl: 'https://example.org/ok', cancelUrl: 'https://example.org/no' },
    });
    assert.ok(page.outcome === 'sent');
    await control(`checkout_sessions/${page.providerRef}/pay`);
  };

  describe('fold-provider-events', () => {
    it('keeps each fact of three days once', async () => {
      const { stripe, fund, pass, deliver } = test.world;
      fund(100_000);
      for (const day of [1, 2, 3]) {
        await stripe.sendPayout(payoutOrder({ payoutId: `pyo_${day}` }));
        pass(dayMs);
        await deliver();
      }
      await tickManyTimes('fold-provider-events');
      const posted = await services().models.paymentFacts.find({ 'fact.payout.state': 'posted' }).lean();
      assert.deepEqual(posted.map(({ fact }) => fact.kind === 'payout_changed' && fact.payout.payoutId).sort(), [
        'pyo_1',
        'pyo_2',
        'pyo_3',
      ]);
      assert.equal(await services().models.providerEvents.countDocuments({ state: 'new' }), 0);
    });
  });

  describe('a folder', () => {
    it('does without ticks, and stops when told', async () => {
      const folder = runFolder(services(), { pollMs: 5 });
      try {
        await paidTopUp('top_1');
        await test.world.deliver();
        const folded = await waitUntil(10_000, async () =>
          (await services().models.paymentFacts.exists({ kind: 'top_up_paid' })) === null ? undefined : true,
        );
        assert.equal(folded, true);
      } finally {
        await folder.stop();
      }
      await paidTopUp('top_2');
      await test.world.deliver();
      assert.equal(await services().models.paymentFacts.countDocuments({ kind: 'top_up_paid' }), 1);
    });
  });

  describe('settle-payments', () => {
    it('books each settlement of an outage once', async () => {
      await paidTopUp('top_1');
      test.world.pass(dayMs);
      await paidTopUp('top_2');
      test.world.pass(4 * dayMs);
      await tickManyTimes('settle-payments');
      assert.equal(await services().models.transfers.countDocuments({ kind: 'clearing_settled' }), 2);
      assert.equal(await services().models.transfers.countDocuments({ kind: 'provider_fee' }), 2);
      await assertBooks(services());
    });
  });

  describe('reconcile-payments', () => {
    it('looks back to where it ended, however long ago, and opens each exception once', async () => {
      await tick('reconcile-payments');
      await paidTopUp('top_1');
      test.world.pass(20 * dayMs);
      await tickManyTimes('reconcile-payments');
      const exceptions = await services().models.paymentExceptions.find().lean();
      assert.equal(new Set(exceptions.map(({ kind, subject }) => `${kind} ${subject}`)).size, exceptions.length);
      const caught = await services().models.paymentFacts.find({ kind: 'top_up_paid' }).lean();
      assert.deepEqual(
        caught.map(({ source }) => source),
        ['reconciliation'],
      );
    });
  });
});
