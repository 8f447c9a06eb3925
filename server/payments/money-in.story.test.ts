import assert from 'node:assert/strict';
import { dayMs, hourMs } from '../../programs/calendar.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { reconcileProvider } from './reconcile-provider.ts';
import { settlePayments } from './settle-payments.ts';
import { usePaymentsWorld } from './testing/payments-world.ts';
import { addPayer, payTopUp } from './testing/top-ups.ts';

/**
 * A platform tops up its deposit three times: one payment is refunded in part, one is disputed and lost. From the payment
 * page to cash, through webhooks, use cases, settlement and reconciliation, with nobody's help.
 */
describe('money in, from the payment page to cash', () => {
  const test = usePaymentsWorld();
  const services = () => test.world.api.services;
  const now = () => test.world.api.clock.now();

  const topUp = (reference: string, amount: number, method: string) => payTopUp(test.world, reference, amount, method);
  /** What accounts hold, on their own side. */
  async function books(): Promise<Record<string, number>> {
    const accounts = await services().models.accounts.find().sort({ _id: 1 }).lean();
    return Object.fromEntries(accounts.map((each) => [each._id, each.debitsPosted - each.creditsPosted]));
  }

  for (const travel of [
    {},
    { twice: 0.5, late: 0.2, reordered: 0.3, lateMs: hourMs, reorderWithinMs: hourMs },
    { lost: 1 },
  ]) {
    it(`webhooks ${JSON.stringify(travel)}`, async () => {
      const { sandbox, control, pass, tick } = test.world;
      await addPayer(test.world);
      sandbox.core.orderWebhooks(travel);
      await topUp('a', 100_000, 'pm_card_visa');
      await topUp('b', 50_000, 'pm_card_createDispute');
      await topUp('c', 20_000, 'pm_sandbox_delayed');
      await tick();
      pass(4 * dayMs);
      const [first] = sandbox.core.store.list('charge');
      await control('refunds', { charge: first?.id, amount: 30_000 });
      const [dispute] = sandbox.core.store.list('dispute');
      await control(`disputes/${dispute?.id}/close`, { status: 'lost' });
      for (let day = 0; day < 6; day += 1) {
        pass(dayMs);
        await tick();
        await settlePayments(services(), { now: now() });
        await reconcileProvider(services(), { now: now(), apply: true });
      }
      const balances = await books();
      const [theirs] = await test.world.stripe.readBalances();
      assert.equal(balances['cash:stripe:CNY'], theirs?.amount);
      assert.equal(balances['stripe:clearing:CNY'], 0, JSON.stringify(balances));
      // 100,000 - 30,000 refunded + 20,000, and the 50,000 that were lost again.
      assert.equal(balances['platform:plt_1:deposit:CNY'], -90_000);
      const last = await reconcileProvider(services(), { now: now(), apply: true });
      assert.deepEqual(last.found, []);
      assert.deepEqual(await services().models.paymentExceptions.find({ state: 'open' }).lean(), []);
      await assertBooks(services());
    });
  }
});
