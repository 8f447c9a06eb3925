import assert from 'node:assert/strict';
import { dayMs } from '../../programs/calendar.ts';
import type { InvoiceOrder, TopUpOrder } from './payment-port.ts';
import { bankAccount, payoutOrder, usePaymentsWorld } from './testing/payments-world.ts';
import { foldProviderEvents } from './fold-provider-events.ts';
import { FACT_APPLIERS, type FactAppliers } from './apply-fact.ts';

const SECOND = 1_000;
const CNY = (amount: number) => ({ amount, currency: 'CNY' });

const topUp = (more: Partial<TopUpOrder> = {}): TopUpOrder => ({
  ...{ topUpId: 'top_1', platformId: 'plt_1', amount: CNY(20_000), idempotencyKey: 'top_1:1' },
  ...{ successUrl: 'https://example.org/ok', cancelUrl: 'https://example.org/no' },
  ...more,
});

describe('what Stripe tells, folded', () => {
  const test = usePaymentsWorld();
  const facts = async () => {
    const stored = await test.world.api.services.models.paymentFacts.find().sort({ occurredAt: 1, _id: 1 }).lean();
    return stored.map(({ fact }) => {
      switch (fact.kind) {
        case 'payout_changed':
          return `${fact.payout.payoutId} ${fact.payout.state} ${fact.payout.amount.amount}`;
        case 'invoice_paid':
          return `${fact.invoiceId} paid ${fact.amount.amount}`;
        case 'top_up_paid':
          return `${fact.topUpId} of ${fact.platformId} paid ${fact.amount.amount}`;
        case 'payment_reversed':
          return `${'topUpId' in fact.of ? fact.of.topUpId : fact.of.invoiceId} ${fact.cause} ${fact.amount.amount}`;
        default:
          return fact.kind;
      }
    });
  };

  for (const travel of [
    {},
    { twice: 1 },
    { late: 1, lateMs: 90 * SECOND },
    { reordered: 1, reorderWithinMs: 60 * SECOND },
  ]) {
    it(`a payout that arrives and comes back, webhooks ${JSON.stringify(travel)}`, async () => {
      const { stripe, sandbox, fund, pass, tick } = test.world;
      fund(100_000);
      sandbox.core.orderWebhooks(travel);
      await stripe.sendPayout(payoutOrder({ destination: bankAccount('000222222227') }));
      pass(5 * SECOND);
      await tick();
      pass(2 * dayMs);
      await tick();
      pass(120 * SECOND);
      await tick();
      assert.deepEqual(await facts(), ['pyo_1 processing 5000', 'pyo_1 posted 5000', 'pyo_1 returned 5000']);
    });
  }

  it('a transfer that comes back', async () => {
    const { stripe, fund, pass, tick } = test.world;
    fund(100_000);
    const destination = { kind: 'connected_account', accountId: 'acct_sandbox_returned' } as const;
    await stripe.sendPayout(payoutOrder({ destination }));
    await tick();
    pass(2 * dayMs);
    await tick();
    assert.deepEqual(await facts(), ['pyo_1 posted 5000', 'pyo_1 processing 5000', 'pyo_1 returned 5000']);
  });

  it('a checkout is paid when it is paid, not when it is finished', async () => {
    const { stripe, control, pass, tick } = test.world;
    const page = await stripe.openTopUp(topUp());
    assert.ok(page.outcome === 'sent' && page.payUrl !== undefined);
    await control(`checkout_sessions/${page.providerRef}/pay`, { method: 'pm_sandbox_delayed' });
    await tick();
    assert.deepEqual(await facts(), []);
    pass(4 * dayMs);
    await tick();
    await tick();
    assert.deepEqual(await facts(), ['top_1 of plt_1 paid 20000']);
  });

  it('a payment that fails days later is none', async () => {
    const { stripe, control, pass, tick } = test.world;
    const page = await stripe.openTopUp(topUp());
    assert.ok(page.outcome === 'sent');
    await control(`checkout_sessions/${page.providerRef}/pay`, { method: 'pm_sandbox_delayed_failed' });
    pass(4 * dayMs);
    await tick();
    assert.deepEqual(await facts(), []);
  });

  it('an invoice paid in two parts is two payments, whichever webhook tells of them', async () => {
    const { stripe, api, control, tick } = test.world;
    const order: InvoiceOrder = {
      ...{ invoiceId: 'inv_1', platformId: 'plt_1', platformName: 'Kuaipao', idempotencyKey: 'inv_1:1' },
      ...{ amount: CNY(30_000), dueAt: api.clock.now() + 30 * dayMs, description: 'Premium' },
    };
    const sent = await stripe.sendInvoice(order);
    assert.ok(sent.outcome === 'sent');
    await control(`invoices/${sent.providerRef}/pay`, { amount: 10_000 });
    await tick();
    assert.deepEqual(await facts(), ['inv_1 paid 10000']);
    await control(`invoices/${sent.providerRef}/pay`);
    await tick();
    assert.deepEqual((await facts()).sort(), ['inv_1 paid 10000', 'inv_1 paid 20000']);
  });

  it('a refund and a lost dispute say what they were of', async () => {
    const { stripe, sandbox, control, tick } = test.world;
    for (const [topUpId, method] of [
      ['top_1', 'pm_card_visa'],
      ['top_2', 'pm_card_createDispute'],
    ] as const) {
      const page = await stripe.openTopUp(topUp({ topUpId, idempotencyKey: topUpId }));
      assert.ok(page.outcome === 'sent');
      await control(`checkout_sessions/${page.providerRef}/pay`, { method });
    }
    const [first] = sandbox.core.store.list('charge');
    await control('refunds', { charge: first?.id, amount: 5_000 });
    test.world.pass(dayMs);
    const [dispute] = sandbox.core.store.list('dispute');
    await control(`disputes/${dispute?.id}/close`, { status: 'lost' });
    await tick();
    assert.deepEqual((await facts()).sort(), [
      'top_1 of plt_1 paid 20000',
      'top_1 refund 5000',
      'top_2 dispute_lost 20000',
      'top_2 of plt_1 paid 20000',
    ]);
  });

  it('of an object that our account has not, there is nothing to wait for', async () => {
    const { api, tick } = test.world;
    const { services } = api;
    const now = api.clock.now();
    await services.models.providerEvents.insertMany(
      [
        ['in_deleted', 'invoice'],
        ['obp_of_another_account', 'v2.money_management.outbound_payment'],
      ].map(([subject = '', object = '']) => ({
        ...{
          _id: `stripe:evt_${subject}`,
          provider: 'stripe',
          eventId: `evt_${subject}`,
          type: 'any',
          subject,
          object,
        },
        ...{ createdAt: new Date(now), receivedAt: new Date(now), state: 'new', tries: 0, nextTryAt: new Date(now) },
      })),
    );
    assert.deepEqual(await tick(), { folded: 2, facts: 0, applied: 0, refused: 0 });
    assert.equal(await services.models.providerEvents.countDocuments({ state: 'new' }), 0);
  });

  it('while Stripe cannot be asked, events wait; others go on', async () => {
    const { stripe, sandbox, api, fund, pass, deliver, tick } = test.world;
    fund(100_000);
    await stripe.sendPayout(payoutOrder());
    await stripe.sendPayout(
      payoutOrder({ payoutId: 'pyo_2', destination: { kind: 'connected_account', accountId: 'acct_sandbox_ok' } }),
    );
    pass(5 * SECOND);
    sandbox.core.orderFaults([{ operation: 'outbound_payments.retrieve', phase: 'before', kind: 'reset' }]);
    await deliver();
    await tick();
    assert.deepEqual((await facts()).sort(), ['pyo_2 posted 5000', 'pyo_2 processing 5000']);
    const waiting = await api.services.models.providerEvents.find({ state: 'new' }).lean();
    assert.ok(waiting.length > 0 && waiting.every(({ tries, trouble }) => tries === 1 && trouble !== undefined));
    sandbox.core.orderFaults([]);
    assert.equal((await tick()).folded, 0, 'not before its time');
    pass(60 * SECOND);
    await tick();
    assert.deepEqual((await facts()).filter((fact) => fact.startsWith('pyo_1')).sort(), [
      'pyo_1 posted 5000',
      'pyo_1 processing 5000',
    ]);
  });

  it('a fact that cannot be booked is an exception, holds up no other, and ends it when it works after all', async () => {
    const { api, stripe, control, deliver, pass } = test.world;
    const { services } = api;
    let broken = true;
    const booked: string[] = [];
    const appliers: FactAppliers = {
      ...FACT_APPLIERS,
      async top_up_paid(_services, { topUpId }) {
        if (broken && topUpId === 'top_1') throw new Error('a bug');
        booked.push(topUpId);
      },
    };
    for (const topUpId of ['top_1', 'top_2']) {
      const page = await stripe.openTopUp(topUp({ topUpId, idempotencyKey: topUpId }));
      assert.ok(page.outcome === 'sent');
      await control(`checkout_sessions/${page.providerRef}/pay`);
    }
    await deliver();
    const fold = async () => {
      const { applied, refused } = await foldProviderEvents(services, { now: api.clock.now(), appliers });
      return [applied, refused];
    };
    assert.deepEqual(await fold(), [1, 1]);
    assert.deepEqual(await fold(), [0, 0], 'not before its time');
    const [open] = await services.models.paymentExceptions.find().lean();
    assert.deepEqual([open?.kind, open?.state], ['fact_refused', 'open']);
    broken = false;
    pass(60 * SECOND);
    assert.deepEqual(await fold(), [1, 0]);
    const [ended] = await services.models.paymentExceptions.find().lean();
    assert.deepEqual([ended?.state, ended?.resolution?.how], ['resolved', 'mended_itself']);
    assert.deepEqual(booked, ['top_2', 'top_1']);
  });
});
