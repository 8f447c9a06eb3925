import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { booksOf } from './books.ts';
import { paySession } from './objects/checkout-sessions.ts';
import { closeDispute, openDispute } from './objects/disputes.ts';
import { payInvoice } from './objects/invoices.ts';
import { DAY_MS, play } from './testing/play.ts';

type Played = ReturnType<typeof play>;

/** Types of all events so far, oldest first, without those of the balance. */
const told = ({ core }: Played): string[] =>
  core.store
    .list('event')
    .map(({ type }) => type)
    .filter((type) => type !== 'balance.available');

const pay = (stripe: Stripe, method: string, amount = 10_000) =>
  stripe.paymentIntents.create({
    amount,
    currency: 'cny',
    payment_method: method,
    confirm: true,
    metadata: { topUpId: 'top_1' },
    transfer_group: 'top_1',
  });

describe('sandbox: payments', () => {
  it('a payment is gross, fee and net, pending for two days and then available', async () => {
    const played = play();
    const { core, stripe, pass } = played;
    const intent = await pay(stripe, 'pm_card_visa');
    assert.equal(intent.status, 'succeeded');
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent.id, {
      expand: ['latest_charge.balance_transaction'],
    });
    assert(typeof charge === 'object' && charge !== null && typeof charge.balance_transaction === 'object');
    // 10,000 at 29 per mille is 290, and 30 fixed.
    const { amount, fee, net, status, source } = charge.balance_transaction ?? {};
    assert.deepEqual(
      { amount, fee, net, status, source },
      { amount: 10_000, fee: 320, net: 9_680, status: 'pending', source: charge.id },
    );
    assert.deepEqual(booksOf(core.store).balances, [{ currency: 'cny', available: 0, pending: 9_680 }]);
    pass(2 * DAY_MS - 1);
    assert.equal((await stripe.balance.retrieve()).available[0]?.amount, 0);
    pass(1);
    assert.equal((await stripe.balance.retrieve()).available[0]?.amount, 9_680);
    assert.deepEqual(told(played), ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']);
  });

  for (const [method, declineCode] of [
    ['pm_card_chargeDeclined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ] as const) {
    it(`${method}: 402, and the intent waits for another method`, async () => {
      const { core, stripe } = play();
      await assert.rejects(pay(stripe, method), (error: unknown) => {
        assert(error instanceof Stripe.errors.StripeCardError);
        assert.deepEqual([error.code, error.decline_code, error.statusCode], ['card_declined', declineCode, 402]);
        return true;
      });
      const intent = core.store.list('payment_intent')[0];
      assert.equal(intent?.status, 'requires_payment_method');
      const paid = await stripe.paymentIntents.confirm(intent?.id ?? '', { payment_method: 'pm_card_visa' });
      assert.equal(paid.status, 'succeeded');
      const { effects, breaches } = booksOf(core.store);
      assert.deepEqual([effects.length, breaches], [1, []]);
    });
  }

  it('is refunded in parts, up to what was paid, and the fee stays with Stripe', async () => {
    const played = play();
    const { core, stripe } = played;
    const { id } = await pay(stripe, 'pm_card_bypassPending');
    await stripe.refunds.create({ payment_intent: id, amount: 4_000, metadata: { why: 'x' } });
    await assert.rejects(stripe.refunds.create({ payment_intent: id, amount: 6_001 }), { code: 'amount_too_large' });
    await stripe.refunds.create({ payment_intent: id });
    await assert.rejects(stripe.refunds.create({ payment_intent: id }), { code: 'charge_already_refunded' });
    assert.deepEqual(booksOf(core.store).balances, [{ currency: 'cny', available: -320, pending: 0 }]);
    assert.deepEqual(booksOf(core.store).breaches, []);
    assert.equal((await stripe.refunds.list({ payment_intent: id })).data.length, 2);
    assert.equal(told(played).filter((type) => type === 'charge.refunded').length, 2);
  });

  for (const [outcome, available, last] of [
    // The money, and the dispute's fee of 1,500 in any case.
    ['won', 9_680 - 1_500, 'charge.dispute.closed'],
    ['lost', 9_680 - 10_000 - 1_500, 'charge.dispute.closed'],
  ] as const) {
    it(`a dispute takes the money until it is closed; ${outcome}: ${available} are left`, async () => {
      const played = play();
      const { clock, core, stripe } = played;
      const intent = await pay(stripe, 'pm_card_bypassPending');
      const charge = typeof intent.latest_charge === 'string' ? intent.latest_charge : '';
      const dispute = core.act(clock.now(), (context) => openDispute(context, charge));
      assert.equal(booksOf(core.store).balances[0]?.available, 9_680 - 10_000 - 1_500);
      await assert.rejects(stripe.refunds.create({ charge }), { code: 'charge_disputed' });
      core.act(clock.now(), (context) => closeDispute(context, dispute.id, outcome));
      assert.throws(() => core.act(clock.now(), (context) => closeDispute(context, dispute.id, 'won')), /already/);
      assert.equal((await stripe.disputes.retrieve(dispute.id)).status, outcome);
      assert.equal(booksOf(core.store).balances[0]?.available, available);
      assert.deepEqual(booksOf(core.store).breaches, []);
      assert.equal(told(played).at(-1), last);
    });
  }
});

describe('sandbox: checkout', () => {
  const open = (stripe: Stripe) =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [
        { price_data: { currency: 'cny', unit_amount: 5_000, product_data: { name: 'Top-up' } }, quantity: 2 },
      ],
      metadata: { topUpId: 'top_1' },
      payment_intent_data: { metadata: { topUpId: 'top_1' } },
      success_url: 'https://example.com/done',
      cancel_url: 'https://example.com/back',
    });

  for (const [method, statuses, events] of [
    ['pm_card_visa', ['paid', 'paid'], ['checkout.session.completed']],
    [
      'pm_sandbox_delayed',
      ['unpaid', 'paid'],
      ['checkout.session.completed', 'checkout.session.async_payment_succeeded'],
    ],
    [
      'pm_sandbox_delayed_failed',
      ['unpaid', 'unpaid'],
      ['checkout.session.completed', 'checkout.session.async_payment_failed'],
    ],
  ] as const) {
    it(`${method}: ${statuses.join(', three days later ')}`, async () => {
      const played = play();
      const { clock, core, stripe, pass } = played;
      const { id, url } = await open(stripe);
      assert.equal(url, `http://sandbox.invalid/pay/${id}`);
      core.act(clock.now(), (context) => paySession(context, id, method));
      const seen = [(await stripe.checkout.sessions.retrieve(id)).payment_status];
      pass(3 * DAY_MS);
      const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent', 'line_items'] });
      seen.push(session.payment_status);
      assert.deepEqual(seen, statuses);
      assert.equal(session.line_items?.data[0]?.amount_total, 10_000);
      assert(typeof session.payment_intent === 'object');
      assert.equal(session.payment_intent?.metadata.topUpId, 'top_1');
      assert.deepEqual(
        told(played).filter((type) => type.startsWith('checkout.')),
        events,
      );
      const listed = await stripe.checkout.sessions.list({ payment_intent: session.payment_intent?.id ?? '' });
      assert.deepEqual(
        listed.data.map((row) => row.id),
        [id],
      );
    });
  }

  it('expires unpaid after a day, and takes no payment then', async () => {
    const played = play();
    const { clock, core, stripe, pass } = played;
    const { id } = await open(stripe);
    pass(DAY_MS);
    assert.equal((await stripe.checkout.sessions.retrieve(id)).status, 'expired');
    assert.throws(() => core.act(clock.now(), (context) => paySession(context, id)), /takes no payment/);
    assert.deepEqual(told(played), ['checkout.session.expired']);
  });
});

describe('sandbox: invoices', () => {
  const issue = async ({ stripe }: Played, amount = 10_000) => {
    const customer = await stripe.customers.create({ name: 'Kuaipao', email: 'pay@kuaipao.example' });
    const invoice = await stripe.invoices.create({
      customer: customer.id,
      collection_method: 'send_invoice',
      days_until_due: 30,
      currency: 'cny',
      metadata: { invoiceId: 'inv_1' },
    });
    await stripe.invoiceItems.create({
      customer: customer.id,
      invoice: invoice.id,
      amount,
      currency: 'cny',
      description: 'March',
    });
    return stripe.invoices.finalizeInvoice(invoice.id);
  };

  it('is open with its lines, overdue after its day, and paid in parts', async () => {
    const played = play();
    const { clock, core, stripe, pass } = played;
    const { id, status, amount_due: due, lines, hosted_invoice_url: url } = await issue(played);
    assert.deepEqual(
      [status, due, lines.data[0]?.description, url],
      ['open', 10_000, 'March', `http://sandbox.invalid/invoice/${id}`],
    );
    pass(30 * DAY_MS);
    core.act(clock.now(), (context) => payInvoice(context, id, { amount: 4_000 }));
    const partly = await stripe.invoices.retrieve(id, { expand: ['payments'] });
    assert.deepEqual([partly.status, partly.amount_paid, partly.amount_remaining], ['open', 4_000, 6_000]);
    assert.equal(partly.payments?.data[0]?.amount_paid, 4_000);
    core.act(clock.now(), (context) => payInvoice(context, id));
    assert.equal((await stripe.invoices.retrieve(id)).status, 'paid');
    assert.equal((await stripe.invoicePayments.list({ invoice: id })).data.length, 2);
    assert.throws(() => core.act(clock.now(), (context) => payInvoice(context, id)), /already paid/);
    assert.deepEqual(
      told(played).filter((type) => type.startsWith('invoice')),
      [
        ...['invoice.created', 'invoice.finalized', 'invoice.overdue'],
        ...['invoice_payment.paid', 'invoice.updated'],
        ...['invoice_payment.paid', 'invoice.paid', 'invoice.payment_succeeded'],
      ],
    );
    assert.deepEqual(booksOf(core.store).breaches, []);
  });

  it('a declined card leaves it open and says so', async () => {
    const played = play();
    const { stripe } = played;
    const { id } = await issue(played);
    await assert.rejects(stripe.invoices.pay(id, { payment_method: 'pm_card_chargeDeclined' }), {
      code: 'card_declined',
    });
    const { status, attempt_count: tried } = await stripe.invoices.retrieve(id);
    assert.deepEqual([status, tried, told(played).includes('invoice.payment_failed')], ['open', 1, true]);
    assert.equal((await stripe.invoices.pay(id, { payment_method: 'pm_card_visa' })).status, 'paid');
  });

  it('is credited, and void for ever', async () => {
    const played = play();
    const { clock, core, stripe } = played;
    const { id } = await issue(played);
    await stripe.creditNotes.create({ invoice: id, amount: 3_000 });
    assert.equal((await stripe.invoices.retrieve(id)).amount_remaining, 7_000);
    assert.equal((await stripe.invoices.voidInvoice(id)).status, 'void');
    assert.throws(() => core.act(clock.now(), (context) => payInvoice(context, id)), /takes no payment/);
    await assert.rejects(stripe.invoices.voidInvoice(id), { code: 'invoice_not_voidable' });
    assert.equal(told(played).at(-1), 'invoice.voided');
  });

  it('is deleted while it is a draft only', async () => {
    const { stripe } = play();
    const customer = await stripe.customers.create({ name: 'Kuaipao' });
    const { id } = await stripe.invoices.create({ customer: customer.id });
    assert.equal((await stripe.invoices.del(id)).deleted, true);
    await assert.rejects(stripe.invoices.retrieve(id), { code: 'resource_missing' });
    const played = play();
    const { id: issued } = await issue(played);
    await assert.rejects(played.stripe.invoices.del(issued), { code: 'invoice_not_editable' });
  });

  it('that is credited to nothing is paid', async () => {
    const played = play();
    const { id } = await issue(played);
    await played.stripe.creditNotes.create({ invoice: id, amount: 10_000 });
    assert.equal((await played.stripe.invoices.retrieve(id)).status, 'paid');
  });
});
