import assert from 'node:assert/strict';
import { dayMs, hourMs } from '../../programs/calendar.ts';
import type { DirectTransfer } from '../../programs/ledger/transfer.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { reconcileProvider } from './reconcile-provider.ts';
import { settlePayments } from './settle-payments.ts';
import { sweepCash } from './sweep-cash.ts';
import { payoutOrder, usePaymentsWorld } from './testing/payments-world.ts';
import { TEST_OPERATOR } from '../http/testing/test-api.ts';
import { openStripeClient } from './stripe/stripe-client.ts';

const CNY = (amount: number) => ({ amount, currency: 'CNY' });

describe('settlements and the daily reconciliation', () => {
  const test = usePaymentsWorld();
  const services = () => test.world.api.services;
  const now = () => test.world.api.clock.now();

  /** What somebody paid, as its use case books it: the payer's side of clearing. */
  async function booked(factId: string, amount: number): Promise<void> {
    await commit({
      id: `${factId}:paid`,
      kind: 'invoice_paid',
      amount,
      debit: 'stripe:clearing:CNY',
      credit: 'world:payer:CNY',
    });
  }
  async function commit(
    transfer: Pick<DirectTransfer, 'id' | 'kind' | 'amount' | 'debit' | 'credit' | 'refs'>,
  ): Promise<void> {
    const unit = { id: transfer.id, transfers: [{ ...transfer, type: 'posted', effectiveOn: '2026-03-01' } as const] };
    assert.equal((await services().ledger.commit(unit)).status, 'committed');
  }
  const reconcile = (apply = true) => reconcileProvider(services(), { now: now(), apply });
  const found = async (apply = true) => (await reconcile(apply)).found.map(({ kind, subject }) => `${kind} ${subject}`);
  const balance = async (account: string) => {
    const stored = await services().models.accounts.findById(account).lean();
    return (stored?.debitsPosted ?? 0) - (stored?.creditsPosted ?? 0);
  };

  /** A top-up that was paid by card and booked; answers the session's id. */
  async function paidTopUp(topUpId: string, amount: number): Promise<string> {
    const { stripe, control, tick } = test.world;
    const page = await stripe.openTopUp({
      ...{ topUpId, platformId: 'plt_1', amount: CNY(amount), idempotencyKey: topUpId },
      ...{ successUrl: 'https://example.org/ok', cancelUrl: 'https://example.org/no' },
    });
    assert.ok(page.outcome === 'sent');
    await control(`checkout_sessions/${page.providerRef}/pay`);
    await booked(`stripe:${page.providerRef}:paid`, amount);
    await tick();
    await services().models.paymentFacts.updateMany({ kind: 'top_up_paid' }, { $set: { state: 'applied' } });
    await services().models.paymentExceptions.deleteMany({});
    return page.providerRef;
  }

  it('books gross and fee apart, once, when the money is there', async () => {
    const { pass, sandbox } = test.world;
    await paidTopUp('top_1', 100_000);
    await settlePayments(services(), { now: now() });
    assert.equal(await balance('cash:stripe:CNY'), 0, 'on its way');
    assert.equal(await balance('stripe:clearing:CNY'), 100_000);
    pass(3 * dayMs);
    await Promise.all([settlePayments(services(), { now: now() }), settlePayments(services(), { now: now() })]);
    await settlePayments(services(), { now: now() });
    const fee = sandbox.core.store.list('balance_transaction')[0]?.fee ?? 0;
    assert.ok(fee > 0);
    assert.deepEqual(
      [
        await balance('cash:stripe:CNY'),
        await balance('stripe:clearing:CNY'),
        await balance('provider:stripe:fees:CNY'),
      ],
      [100_000 - fee, 0, fee],
    );
    assert.deepEqual(await found(), []);
    await assertBooks(services());
  });

  it('books what a refund takes out of cash again', async () => {
    const { pass, sandbox, control } = test.world;
    await paidTopUp('top_1', 100_000);
    pass(3 * dayMs);
    const [charge] = sandbox.core.store.list('charge');
    await control('refunds', { charge: charge?.id, amount: 40_000 });
    const [refund] = sandbox.core.store.list('refund');
    const transfer = { id: `stripe:${refund?.id}:reversed:1`, kind: 'payment_refunded', amount: 40_000 } as const;
    await commit({ ...transfer, debit: 'world:payer:CNY', credit: 'stripe:clearing:CNY' });
    pass(dayMs);
    await settlePayments(services(), { now: now() });
    assert.equal(await balance('stripe:clearing:CNY'), 0);
    await services().models.paymentFacts.updateMany({ kind: 'payment_reversed' }, { $set: { state: 'applied' } });
    const [available] = await test.world.stripe.readBalances();
    assert.equal(await balance('cash:stripe:CNY'), available?.amount);
    await assertBooks(services());
  });

  describe('finds', () => {
    /** Both sides agree, and some days have passed. */
    async function agree(): Promise<string> {
      const session = await paidTopUp('top_1', 100_000);
      test.world.pass(3 * dayMs);
      await settlePayments(services(), { now: now() });
      assert.deepEqual(await found(), []);
      return session;
    }
    const later = () => test.world.pass(2 * hourMs);

    it('money that left the provider and not our books, once however often it looks', async () => {
      const { sandbox, stripe } = test.world;
      await agree();
      const client = openStripeClient({ secretKey: 'sk_test_12345678', url: sandbox.url });
      const stolen = await client.transfers.create(
        { amount: 5_000, currency: 'cny', destination: 'acct_sandbox_ok' },
        { idempotencyKey: 'by-hand' },
      );
      later();
      const day = new Date(now()).toISOString().slice(0, 10);
      const differences = [`only_at_provider unrecognised:stripe:${stolen.id}`, `balance_differs balance:CNY:${day}`];
      assert.deepEqual(await found(false), differences);
      assert.equal(await services().models.paymentExceptions.countDocuments(), 0, 'it only looked');
      assert.deepEqual(await found(), differences);
      const { opened } = await reconcile();
      assert.deepEqual([opened, await services().models.paymentExceptions.countDocuments()], [0, 2]);
      assert.equal((await stripe.readBalances()).length, 1);
    });

    it('a payout that we know nothing of', async () => {
      const { stripe, pass } = test.world;
      await agree();
      await stripe.sendPayout(payoutOrder({ payoutId: 'pyo_unknown' }));
      pass(5_000);
      later();
      assert.deepEqual(
        (await found()).map((each) => each.split(' ')[0]),
        ['balance_differs'],
      );
      const kinds = (await services().models.paymentExceptions.find().lean()).map(({ kind }) => kind).sort();
      assert.deepEqual([...new Set(kinds)], ['balance_differs', 'fact_refused']);
    });

    it('a payment in our books that the provider never had', async () => {
      await agree();
      await booked('stripe:cs_invented:paid', 7_000);
      later();
      assert.deepEqual(await found(), ['only_in_books stripe:cs_invented:paid']);
    });

    it('a payout in our books that the provider never had', async () => {
      await agree();
      const sides = { debit: 'world:payee:CNY', credit: 'cash:stripe:CNY', refs: { payoutId: 'pyo_never' } };
      await commit({ id: 'pyo_never:1', kind: 'payout', amount: 100, ...sides });
      later();
      assert.deepEqual((await found()).slice(0, 1), ['only_in_books payout:pyo_never']);
    });

    it('another amount', async () => {
      const session = await agree();
      await commit({
        ...{ id: `stripe:${session}:paid:over`, kind: 'invoice_overpaid', amount: 1 },
        ...{ debit: 'stripe:clearing:CNY', credit: 'world:payer:CNY' },
      });
      later();
      const { found: differences } = await reconcile();
      assert.deepEqual(
        differences.map(({ kind, message }) => [kind, message]),
        [
          [
            'amount_differs',
            `stripe:${session}:paid: stripe has CNY 1000.00 (${session}), our books have CNY 1000.01 (stripe:${session}:paid:paid)`,
          ],
        ],
      );
    });

    it('money swept away, until a person books it; then the exceptions end', async () => {
      const { fund } = test.world;
      await agree();
      fund(30_000);
      later();
      const [sweep = '', ...more] = await found();
      assert.match(sweep, /^only_at_provider sweep:stripe:/);
      assert.equal(more.length, 1, 'the balance');
      const input = {
        ...{ actor: TEST_OPERATOR, from: 'bank', to: 'stripe', amount: CNY(30_000), on: '2026-03-04' },
        reference: sweep.slice('only_at_provider sweep:stripe:'.length),
      };
      const early = sweepCash(services(), input);
      await assert.rejects(early, { code: 'booking_refused' }, 'and for ever only under this number (M2)');
      await commit({
        id: 'opening',
        kind: 'opening_balance',
        amount: 50_000,
        debit: 'cash:bank:CNY',
        credit: 'world:bank:CNY',
      });
      assert.equal(await sweepCash(services(), input), 'booked');
      assert.equal(await sweepCash(services(), input), 'booked before');
      await assert.rejects(sweepCash(services(), { ...input, amount: CNY(30_001) }), { code: 'booking_refused' });
      later();
      const { found: left, mended } = await reconcile();
      assert.deepEqual([left, mended], [[], 2]);
      await assertBooks(services());
    });

    it('what only a lost webhook kept from us, and books it', async () => {
      const { sandbox, stripe, control } = test.world;
      await agree();
      sandbox.core.orderWebhooks({ lost: 1 });
      const page = await stripe.openTopUp({
        ...{ topUpId: 'top_2', platformId: 'plt_1', amount: CNY(2_000), idempotencyKey: 'top_2' },
        ...{ successUrl: 'https://example.org/ok', cancelUrl: 'https://example.org/no' },
      });
      assert.ok(page.outcome === 'sent');
      await control(`checkout_sessions/${page.providerRef}/pay`);
      later();
      assert.ok((await reconcile()).caughtUp > 0);
      const fact = await services().models.paymentFacts.findById(`stripe:${page.providerRef}:paid`).lean();
      assert.equal(fact?.source, 'reconciliation');
    });
  });

  it('while the provider cannot be asked nothing is skipped', async () => {
    const { sandbox, pass } = test.world;
    await paidTopUp('top_1', 100_000);
    sandbox.core.orderFaults([{ operation: 'balance_transactions.list', phase: 'before', kind: '500', times: 2 }]);
    await assert.rejects(settlePayments(services(), { now: now() }), { code: 'provider_unavailable' });
    await assert.rejects(reconcile(), { code: 'provider_unavailable' });
    pass(3 * dayMs);
    assert.equal((await settlePayments(services(), { now: now() })).read, 1);
  });
});
