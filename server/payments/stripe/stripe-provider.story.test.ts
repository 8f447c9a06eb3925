import assert from 'node:assert/strict';
import { dayMs } from '../../../programs/calendar.ts';
import type { InvoiceOrder, PayeeDestination, SendAnswer } from '../payment-port.ts';
import { booksOf } from '../sandbox/books.ts';
import { bankAccount, payoutOrder, usePaymentsWorld } from '../testing/payments-world.ts';

const SECOND = 1_000;
const CNY = (amount: number) => ({ amount, currency: 'CNY' });

const told = (answer: SendAnswer): string =>
  'code' in answer
    ? `${answer.outcome} ${answer.code}`
    : 'state' in answer
      ? `${answer.outcome} ${answer.state}`
      : answer.outcome;

describe('Stripe behind the payment port, against the sandbox', () => {
  const test = usePaymentsWorld();

  const destinations: readonly [what: string, destination: PayeeDestination, answer: string, after: string][] = [
    ['a bank account', bankAccount('6222020200112233'), 'sent processing', 'posted'],
    ['a wallet', { kind: 'wallet', scheme: 'alipay', handle: '13800000000' }, 'sent processing', 'posted'],
    ['a bank account that fails', bankAccount('000111111116'), 'sent processing', 'failed'],
    ['a bank account without funds', bankAccount('000444444440'), 'refused', ''],
    ['a bank account that is none', bankAccount('000999999991'), 'refused invalid_payout_method', ''],
    ['a connected account', { kind: 'connected_account', accountId: 'acct_sandbox_ok' }, 'sent posted', 'posted'],
    ['a connected account, refused', { kind: 'connected_account', accountId: 'acct_sandbox_refused' }, 'refused', ''],
  ];
  for (const [what, destination, answer, after] of destinations) {
    it(`pays to ${what}: ${answer}, ${after || 'nothing'} is found`, async () => {
      const { stripe, fund, pass } = test.world;
      fund(100_000);
      const given = told(await stripe.sendPayout(payoutOrder({ destination })));
      assert.ok(given.startsWith(answer), given);
      pass(5 * SECOND);
      const found = await stripe.findPayouts('pyo_1');
      assert.deepEqual(
        found.map(({ state, attempt, amount }) => [state, attempt, amount]),
        after === '' ? [] : [[after, 1, CNY(5_000)]],
      );
      assert.deepEqual(await stripe.findPayouts('pyo_2'), []);
    });
  }

  // What is told after a time-out is in stripe-answer.test.ts, where the wait is short.
  const faults = ['reset', '500', '409', '429'] as const;
  for (const kind of faults) {
    for (const phase of ['before', 'after'] as const) {
      it(`a ${kind} ${phase} the effect: the same key again pays once`, async () => {
        const { stripe, sandbox, fund, pass } = test.world;
        fund(100_000);
        sandbox.core.orderFaults([{ operation: 'outbound_payments.create', phase, kind, times: 1 }]);
        const first = await stripe.sendPayout(payoutOrder());
        const certain = kind === '409' || kind === '429' ? 'try_again' : 'unknown';
        assert.equal(first.outcome, certain);
        pass(5 * SECOND);
        await stripe.sendPayout(payoutOrder());
        pass(5 * SECOND);
        const books = booksOf(sandbox.core.store);
        assert.ok((books.sentByPayout['pyo_1'] ?? 0) <= 1);
        assert.deepEqual([books.doubled, books.breaches], [[], []]);
      });
    }
  }

  const invoice = (more: Partial<InvoiceOrder> = {}): InvoiceOrder => ({
    ...{ invoiceId: 'inv_1', platformId: 'plt_1', platformName: 'Kuaipao', email: 'bills@example.org' },
    ...{ amount: CNY(30_000), dueAt: test.world.api.clock.now() + 30 * dayMs },
    ...{ description: 'Premium of February', idempotencyKey: 'inv_1:1' },
    ...more,
  });

  it('sends an invoice once, however often it is asked, also after Stripe forgot the keys', async () => {
    const { stripe, sandbox, pass } = test.world;
    const first = await stripe.sendInvoice(invoice());
    assert.equal(first.outcome, 'sent');
    assert.ok('payUrl' in first && first.payUrl !== undefined);
    assert.deepEqual(await stripe.sendInvoice(invoice()), first);
    pass(2 * dayMs);
    assert.deepEqual(await stripe.sendInvoice(invoice()), first);
    const { store } = sandbox.core;
    assert.deepEqual([store.list('invoice').length, store.list('customer').length], [1, 1]);
    assert.deepEqual(
      store.list('invoice').map(({ status, total, metadata }) => [status, total, metadata['invoiceId']]),
      [['open', 30_000, 'inv_1']],
    );
  });

  for (const operation of [
    'customers.create',
    'invoices.create',
    'invoice_items.create',
    'invoices.finalize',
    'invoices.send',
  ]) {
    for (const phase of ['before', 'after'] as const) {
      it(`an invoice whose ${operation} broke off ${phase} the effect is finished by the next try`, async () => {
        const { stripe, sandbox } = test.world;
        sandbox.core.orderFaults([{ operation, phase, kind: 'reset', times: 1 }]);
        assert.equal((await stripe.sendInvoice(invoice())).outcome, 'unknown');
        assert.equal((await stripe.sendInvoice(invoice())).outcome, 'sent');
        const { store } = sandbox.core;
        assert.deepEqual(
          store.list('invoice').map(({ status, total }) => [status, total]),
          [['open', 30_000]],
        );
      });
    }
  }

  it('voids an open invoice, again too, and leaves a paid one alone', async () => {
    const { stripe, sandbox, control } = test.world;
    const sent = await stripe.sendInvoice(invoice());
    assert.ok(sent.outcome === 'sent');
    await stripe.voidInvoice('inv_1', sent.providerRef);
    await stripe.voidInvoice('inv_1', sent.providerRef);
    const again = await stripe.sendInvoice(invoice({ invoiceId: 'inv_2', idempotencyKey: 'inv_2:1' }));
    assert.ok(again.outcome === 'sent');
    await control(`invoices/${again.providerRef}/pay`);
    await stripe.voidInvoice('inv_2', again.providerRef);
    assert.deepEqual(
      sandbox.core.store.list('invoice').map(({ status }) => status),
      ['void', 'paid'],
    );
  });
});
