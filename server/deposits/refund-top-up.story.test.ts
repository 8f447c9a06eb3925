import assert from 'node:assert/strict';
import { dayMs } from '../../programs/calendar.ts';
import { TEST_OPERATOR } from '../http/testing/test-api.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { usePaymentsWorld } from '../payments/testing/payments-world.ts';
import { addPayer, askTopUp, payTopUp } from '../payments/testing/top-ups.ts';
import { refusalOf } from '../platforms/testing/open-world.ts';
import { availableIn, depositAccount } from './deposit-accounts.ts';
import { refundTopUp } from './refund-top-up.ts';

/** Through the SDK to the sandbox, and back by its webhooks. */
describe('a top-up is given back', () => {
  const test = usePaymentsWorld();
  const services = () => test.world.api.services;

  const refund = (key: string, amount: number, reference = 'march') =>
    refundTopUp(services(), { actor: TEST_OPERATOR, platformId: 'plt_1', reference, amount, key });
  /** What the deposit holds, in books that are right. */
  const deposit = async () => {
    await assertBooks(services());
    return availableIn(services(), depositAccount('plt_1', 'CNY'));
  };
  beforeEach(async () => {
    await addPayer(test.world);
    await payTopUp(test.world, 'march', 10_000, 'pm_card_visa');
    await test.world.tick();
    assert.equal(await deposit(), 10_000);
  });
  const refundsMade = () => test.world.sandbox.core.store.list('refund').map(({ amount }) => amount);

  it('in part, and leaves the deposit when the provider tells of it', async () => {
    await refund('first', 4_000);
    assert.equal(await deposit(), 10_000, 'nothing is booked that was not told');
    await test.world.tick();
    assert.equal(await deposit(), 6_000);
  });

  it('once for each key, also when the provider has forgotten the key, and the deposit holds no more', async () => {
    const made = await refund('first', 9_000);
    assert.deepEqual(await refund('first', 9_000), made);
    await test.world.tick();
    test.world.pass(3 * dayMs);
    assert.deepEqual(await refund('first', 9_000), made);
    assert.deepEqual(refundsMade(), [9_000]);
    await refund('second', 1_000);
    assert.deepEqual(refundsMade().sort(), [1_000, 9_000]);
    await test.world.tick();
    assert.equal(await deposit(), 0);
  });

  it('and the answer is lost: the same again finds it', async () => {
    test.world.sandbox.core.orderFaults([{ operation: 'refunds.create', phase: 'after', kind: 'reset', times: 1 }]);
    await assert.rejects(refund('first', 4_000), refusalOf('provider_unavailable'));
    await refund('first', 4_000);
    assert.deepEqual(refundsMade(), [4_000]);
    await test.world.tick();
    assert.equal(await deposit(), 6_000);
  });

  it('only what was paid, and what the deposit holds', async () => {
    await assert.rejects(refund('first', 10_001), refusalOf('deposit_too_small'));
    await askTopUp(test.world, 'april', 10_000);
    await assert.rejects(refund('first', 1, 'april'), refusalOf('payment_not_paid'));
    await assert.rejects(refund('first', 1, 'may'), refusalOf('top_up_not_found'));
    assert.deepEqual(refundsMade(), []);
  });
});
