import assert from 'node:assert/strict';
import { dayMs } from '../../programs/calendar.ts';
import { TEST_OPERATOR } from '../http/testing/test-api.ts';
import { auditBooks } from '../ledger/books/audit-books.ts';
import { checkBooks } from '../ledger/books/check-books.ts';
import { closeMonth, endOfMonth } from '../ledger/books/close-month.ts';
import { SEAL_AFTER_MS } from '../ledger/books/seal-blocks.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { applyDueFacts } from './apply-due-facts.ts';
import type { PaymentFact } from './payment-fact.ts';
import { reconcileProvider } from './reconcile-provider.ts';
import { recordFacts } from './record-facts.ts';
import { settlePayments } from './settle-payments.ts';
import { usePaymentsWorld } from './testing/payments-world.ts';
import { addPayer, payTopUp } from './testing/top-ups.ts';

const MONTH = '2026-03';
const DISPUTED = 50_000;

/** A payer takes a payment back: the provider takes the money out at once, and the case lasts longer than a month. */
describe('a dispute, from its first day to its end', () => {
  const test = usePaymentsWorld();
  const services = () => test.world.api.services;
  const now = () => test.world.api.clock.now();

  const topUp = (reference: string, amount: number, method: string) => payTopUp(test.world, reference, amount, method);
  /** Two payments; the second is disputed as soon as it is made. */
  async function pay(): Promise<void> {
    await addPayer(test.world);
    await topUp('stays', 100_000, 'pm_card_visa');
    await topUp('disputed', DISPUTED, 'pm_card_createDispute');
    await test.world.tick();
  }
  async function close(status: 'won' | 'lost'): Promise<void> {
    const [dispute] = test.world.sandbox.core.store.list('dispute');
    await test.world.control(`disputes/${dispute?.id}/close`, { status });
  }
  /** What the jobs do on each of some days. */
  async function live(days: number): Promise<void> {
    for (let day = 0; day < days; day += 1) {
      test.world.pass(dayMs);
      await test.world.tick();
      await settlePayments(services(), { now: now() });
    }
  }
  /** Debits less credits. */
  async function balance(account: string): Promise<number> {
    const stored = await services().models.accounts.findById(`${account}:CNY`).lean();
    return (stored?.debitsPosted ?? 0) - (stored?.creditsPosted ?? 0);
  }
  const held = async () => ({
    clearing: await balance('stripe:clearing'),
    disputed: await balance('stripe:disputed'),
    deposit: -(await balance('platform:plt_1:deposit')),
  });
  /** Nothing is wrong with the books, and the provider's are the same. */
  async function agree(): Promise<void> {
    await assertBooks(services());
    const [theirs] = await test.world.stripe.readBalances();
    assert.equal(await balance('cash:stripe'), theirs?.amount);
    assert.deepEqual((await reconcileProvider(services(), { now: now(), apply: true })).found, []);
    assert.deepEqual(await services().models.paymentExceptions.find({ state: 'open' }).lean(), []);
  }
  const closeMarch = () => closeMonth(services(), { actor: TEST_OPERATOR, month: MONTH });
  /** The dispute is open for a month, which is closed all the same. */
  async function openForAMonth(): Promise<void> {
    await pay();
    await live(Math.ceil((endOfMonth(MONTH) - now()) / dayMs) + 1);
    assert.deepEqual(await held(), { clearing: 0, disputed: DISPUTED, deposit: 150_000 });
    await agree();
    assert.deepEqual((await checkBooks(services(), { full: true })).breaches, []);
    assert.equal((await closeMarch()).status, 'closing');
    test.world.pass(SEAL_AFTER_MS);
    assert.equal((await closeMarch()).status, 'closed');
  }

  it('open for a month it holds up nothing; lost, the deposit gives what was in dispute', async () => {
    await openForAMonth();
    await close('lost');
    await live(1);
    assert.deepEqual(await held(), { clearing: 0, disputed: 0, deposit: 100_000 });
    await live(11);
    await agree();
  });

  it('open for a month it holds up nothing; won, the money comes back and its fee does not', async () => {
    await openForAMonth();
    const before = { cash: await balance('cash:stripe'), fees: await balance('provider:stripe:fees') };
    await close('won');
    await live(1);
    assert.deepEqual(await held(), { clearing: 0, disputed: 0, deposit: 150_000 });
    const after = { cash: await balance('cash:stripe'), fees: await balance('provider:stripe:fees') };
    assert.deepEqual(after, { cash: before.cash + DISPUTED, fees: before.fees });
    await live(11);
    await agree();
  });

  it('a case that nobody ends is told after a year', async () => {
    await pay();
    await live(5);
    test.world.pass(365 * dayMs);
    const { breaches } = await auditBooks(services(), { now: now() });
    assert.deepEqual(
      breaches.map(({ code, subject }) => [code, subject]),
      [['L9', 'stripe:disputed:CNY']],
    );
  });

  for (const status of ['lost', 'won'] as const) {
    it(`${status} before anything of it was settled`, async () => {
      await pay();
      await close(status);
      await test.world.tick();
      const lost = status === 'lost' ? DISPUTED : 0;
      assert.deepEqual(await held(), { clearing: 150_000, disputed: 0 - lost, deposit: 150_000 - lost });
      await live(5);
      assert.deepEqual(await held(), { clearing: 0, disputed: 0, deposit: 150_000 - lost });
      await live(11);
      await agree();
    });
  }

  it('a settlement that was kept before disputes stood apart is booked as it was then', async () => {
    await pay();
    await live(5);
    const cny = (amount: number) => ({ amount, currency: 'CNY' });
    const fact: PaymentFact = {
      ...({ kind: 'payment_settled', provider: 'stripe', factId: 'stripe:txn_old:settled' } as const),
      ...{ providerRef: 'txn_old', occurredAt: now(), gross: cny(-700), fee: cny(0) },
    };
    await recordFacts(services(), [fact], { source: 'reading', now: now() });
    await applyDueFacts(services(), { now: now() });
    assert.deepEqual(await held(), { clearing: 700, disputed: DISPUTED, deposit: 150_000 });
  });
});
