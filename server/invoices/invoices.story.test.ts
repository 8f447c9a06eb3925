import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addDays } from '../../programs/calendar.ts';
import { closeThrough } from '../billing/close-through.ts';
import { DAY, local, openShifts, report } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { clearPrepaid } from '../deposits/testing/open-prepaid.ts';
import { availableIn, creditAccount } from '../deposits/deposit-accounts.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { openPolicy } from '../policies/open-policy.ts';
import { OPERATOR, policyInput, type World } from '../platforms/testing/open-world.ts';
import type { Services } from '../services.ts';
import { setBillingTerms } from './billing-terms.ts';
import { collectInvoices } from './collect-invoices.ts';
import { creditInvoice, writeOffInvoice } from './credit-invoice.ts';
import { issueInvoices } from './issue-invoices.ts';
import { recordInvoicePayment, type InvoicePaid } from './record-invoice-payment.ts';
import type { InvoiceReversed } from './record-invoice-reversal.ts';
import { recordReversal } from './record-reversal.ts';
import { fakeCollector, type FakeCollector } from './testing/fake-collector.ts';
import { outstandingOf } from './change-invoice.ts';

/** Of a rider's day, in fen. */
const PRICE = 300;
const DAY_MS = 86_400_000;

describe('the life of an invoice', () => {
  const database = useTestDatabase();
  let world: World;
  let services: Services;
  let collector: FakeCollector;
  before(async () => {
    world = await openShifts(database);
    const hourly = { policyId: 'pol_hour', product: 'hourly-work@1', occupationClasses: ['cleaner'] };
    await openPolicy(world.services, policyInput(hourly));
  });
  beforeEach(async () => {
    await clearPrepaid(world.services);
    collector = fakeCollector();
    services = { ...world.services, payments: { bank_file: collector } };
    world.clock.set(local('12:00'));
    await setBillingTerms(services, { actor: OPERATOR, policyId: 'pol_a', changes: { provider: 'bank_file' } });
  });
  afterEach(async () => assertBooks(services));

  /** So many riders work on a day, which is closed two days later at noon. */
  async function workedDay(riders: number, day = DAY): Promise<void> {
    for (let at = 0; at < riders; at++) {
      await report(world, { worker: `w-${at}`, shift: `${day}-${at}`, at: local('12:00', day) });
    }
    world.clock.set(local('12:00', addDays(day, 2)));
    await closeThrough(services, { actor: OPERATOR, policyId: 'pol_a', through: day });
  }
  /** The day after its statement, everything due is billed and sent. */
  async function billed(riders: number, day = DAY) {
    await workedDay(riders, day);
    world.clock.advance(DAY_MS);
    await issueInvoices(services);
    await collectInvoices(services);
    const invoice = await services.models.invoices.findOne().sort({ issuedAt: -1 }).lean();
    assert.ok(invoice);
    return invoice;
  }
  const paid = (invoiceId: string, factId: string, amount: number): InvoicePaid => ({
    ...{ kind: 'invoice_paid', provider: 'bank_file', factId, invoiceId, providerRef: factId },
    occurredAt: world.clock.now(),
    amount: { amount, currency: 'CNY' },
  });
  const reversed = (
    invoiceId: string,
    factId: string,
    amount: number,
    cause: InvoiceReversed['cause'] = 'refund',
  ): InvoiceReversed => ({ ...paid(invoiceId, factId, amount), kind: 'payment_reversed', cause, of: { invoiceId } });
  const seen = async (invoiceId: string) => {
    const invoice = await services.models.invoices.findById(invoiceId).lean();
    assert.ok(invoice);
    return [invoice.state, outstandingOf(invoice)];
  };
  const kept = () => availableIn(services, creditAccount('pol_a', 'CNY'));
  const told = async (invoiceId: string) =>
    (await services.models.events.find({ aggregateId: invoiceId }).sort({ sequence: 1 }).lean()).map(
      ({ type }) => type,
    );
  const books = async () => {
    const accounts = await services.models.accounts.find().sort({ _id: 1 }).lean();
    return accounts
      .map(({ _id, debitsPosted, creditsPosted }) => `${_id} ${debitsPosted - creditsPosted}`)
      .filter((line) => !line.endsWith(' 0'));
  };

  it('is issued, sent, paid in part, paid: the books tell it', async () => {
    const { _id } = await billed(4);
    assert.deepEqual(await seen(_id), ['issued', 4 * PRICE]);
    assert.ok(await recordInvoicePayment(services, paid(_id, 'f1', 500)));
    assert.deepEqual(await seen(_id), ['partly_paid', 700]);
    assert.equal(await recordInvoicePayment(services, paid(_id, 'f1', 500)), false, 'the same fact again');
    assert.ok(await recordInvoicePayment(services, paid(_id, 'f2', 700)));
    assert.deepEqual(await seen(_id), ['paid', 0]);
    assert.deepEqual(await told(_id), ['invoice.issued', 'invoice.partly_paid', 'invoice.paid']);
    const lines = await books();
    assert.ok(lines.includes('bank:clearing:CNY 1200'), lines.join('\n'));
    assert.ok(!lines.some((line) => line.startsWith('policy:pol_a:receivable:')), 'nothing is owed');
  });

  it('what was settled while it was being sent ends at the provider', async () => {
    collector.next.push('lost');
    const { _id } = await billed(1);
    await writeOffInvoice(services, { actor: OPERATOR, invoiceId: _id, because: 'test' });
    world.clock.advance(10 * 60_000);
    await collectInvoices(services);
    await collectInvoices(services);
    assert.deepEqual(collector.voided, [_id]);
    assert.ok(!(await told(_id)).includes('invoice.issued'));
  });

  it('each statement is on one invoice, however many bill at once', async () => {
    await workedDay(2);
    await issueInvoices(services);
    assert.equal(await services.models.invoices.countDocuments(), 0, 'the cycle is not over');
    world.clock.set(local('00:00', addDays(DAY, 3)));
    await Promise.all([1, 2, 3, 4].map(() => issueInvoices(services)));
    const [invoice, ...others] = await services.models.invoices.find().lean();
    assert.equal(others.length, 0);
    assert.deepEqual([invoice?.statementCount, invoice?.total, invoice?.dueOn], [1, 600, addDays(DAY, 10)]);
    const [row] = await services.models.receivables.find().lean();
    assert.equal(row?.invoiceId, invoice?._id);
  });

  it('what was paid in excess pays the next invoice', async () => {
    const first = await billed(2);
    await recordInvoicePayment(services, paid(first._id, 'f1', 700));
    assert.deepEqual([...(await seen(first._id)), await kept()], ['paid', 0, 100]);
    const second = await billed(2, addDays(DAY, 7));
    assert.deepEqual([...(await seen(second._id)), await kept()], ['issued', 500, 0]);
    assert.equal(collector.made.get(second._id)?.amount.amount, 500);
    assert.deepEqual(await told(second._id), ['invoice.credited', 'invoice.issued']);
  });

  it('a refund opens it again; what was paid in excess goes first', async () => {
    const { _id } = await billed(2);
    await recordInvoicePayment(services, paid(_id, 'f1', 700));
    await recordReversal(services, reversed(_id, 'r1', 100));
    assert.deepEqual([...(await seen(_id)), await kept()], ['paid', 0, 0]);
    await Promise.all([1, 2, 3].map(() => recordReversal(services, reversed(_id, 'r2', 600))));
    assert.deepEqual(await seen(_id), ['issued', 600]);
    assert.equal((await told(_id)).at(-1), 'invoice.reopened');
  });

  it('a lost dispute opens it again, out of what is in dispute; clearing is left alone', async () => {
    const { _id } = await billed(1);
    await recordInvoicePayment(services, paid(_id, 'f1', 300));
    await recordReversal(services, reversed(_id, 'd1', 300, 'dispute_lost'));
    assert.deepEqual(await seen(_id), ['issued', 300]);
    const lines = (await books()).filter((line) => /clearing|disputed/.test(line));
    assert.deepEqual(lines, ['bank:clearing:CNY 300', 'bank_file:disputed:CNY -300']);
  });

  it('facts twice, at once and in any order come to the same', async () => {
    const { _id } = await billed(4);
    const facts = [
      ['paid', 'a', 500],
      ['paid', 'b', 900],
      ['back', 'c', 300],
      ['back', 'd', 200],
    ] as const;
    const zero = await services.models.invoices.findById(_id).lean();
    assert.ok(zero);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...facts, ...facts], { minLength: 8 }), async (order) => {
        runs += 1;
        const before = { open: outstandingOf(zero), kept: 0 };
        const name = (factId: string) => `${factId}:${runs}`;
        await Promise.all(
          order.map(([kind, factId, amount]) =>
            kind === 'paid'
              ? recordInvoicePayment(services, paid(_id, name(factId), amount))
              : recordReversal(services, reversed(_id, name(factId), amount)),
          ),
        );
        const [, open] = await seen(_id);
        // 1,400 came and 500 went: 900 stayed, wherever it lies.
        assert.equal(before.open - Number(open) + (await kept()), 900);
        await recordReversal(services, reversed(_id, name('undo'), 900));
        assert.equal((await seen(_id))[1], before.open + (await kept()));
        if ((await kept()) > 0) await creditInvoice(services, { actor: OPERATOR, invoiceId: _id });
        assert.equal((await seen(_id))[1], before.open);
      }),
      { numRuns: 6 },
    );
  });

  it("is dunned at the beginning of days in the policy's zone, each step once, and cover stands", async () => {
    const { _id, dueOn } = await billed(1);
    const table = [
      [addDays(dueOn, 0), '23:59', 'issued', 0],
      [addDays(dueOn, 1), '00:00', 'overdue', 1],
      [addDays(dueOn, 6), '23:59', 'overdue', 1],
      [addDays(dueOn, 7), '00:00', 'overdue', 2],
      // An outage over two steps tells once.
      [addDays(dueOn, 31), '00:00', 'overdue', 3],
      [addDays(dueOn, 300), '00:00', 'overdue', 3],
    ] as const;
    for (const [day, time, state, times] of table) {
      world.clock.set(local(time, day));
      await Promise.all([collectInvoices(services), collectInvoices(services)]);
      assert.equal((await seen(_id))[0], state, `${day} ${time}`);
      assert.equal((await told(_id)).filter((type) => type === 'invoice.overdue').length, times, `${day} ${time}`);
    }
    assert.equal(await services.models.covers.countDocuments(), 1);
    await recordInvoicePayment(services, paid(_id, 'late', PRICE));
    assert.deepEqual(await seen(_id), ['paid', 0]);
  });

  it('goes out once, whatever the provider answers', async () => {
    collector.next.push('lost', { outcome: 'try_again', code: 'rate_limited', message: 'Slow down.' });
    const { _id } = await billed(1);
    assert.deepEqual(await seen(_id), ['draft', PRICE]);
    world.clock.advance(5 * 60_000);
    await collectInvoices(services);
    assert.deepEqual((await seen(_id))[0], 'draft');
    world.clock.advance(5 * 60_000);
    await Promise.all([1, 2, 3].map(() => collectInvoices(services)));
    assert.deepEqual((await seen(_id))[0], 'issued');
    assert.deepEqual([collector.orders.length, collector.made.size], [3, 1]);
    assert.equal(
      new Set(collector.orders.map(({ idempotencyKey, amount }) => `${idempotencyKey} ${amount.amount}`)).size,
      1,
    );
  });

  it('what a provider refuses waits for a person, and is owed', async () => {
    collector.next.push({ outcome: 'refused', code: 'no_customer', message: 'Who?' });
    const { _id } = await billed(1);
    const invoice = await services.models.invoices.findById(_id).lean();
    assert.deepEqual([invoice?.delivery.state, invoice?.delivery.message], ['refused', 'no_customer: Who?']);
    assert.deepEqual(await seen(_id), ['draft', PRICE]);
  });

  it('written off: a loss in the books, ended at the provider; paid after all: credit', async () => {
    const { _id } = await billed(2);
    await recordInvoicePayment(services, paid(_id, 'f1', 100));
    await writeOffInvoice(services, { actor: OPERATOR, invoiceId: _id, because: 'insolvency' });
    assert.deepEqual(await seen(_id), ['void', 0]);
    await collectInvoices(services);
    assert.deepEqual(collector.voided, [_id]);
    await recordInvoicePayment(services, paid(_id, 'f2', 500));
    assert.equal(await kept(), 500);
  });

  it('credits that prevail are kept for the next invoice', async () => {
    const shift = { worker: 'c', occupationClass: 'cleaner' };
    const closed = async (day: string) => {
      world.clock.set(local('12:00', day));
      await closeThrough(services, { actor: OPERATOR, policyId: 'pol_hour', through: DAY });
      world.clock.advance(DAY_MS);
      return issueInvoices(services);
    };
    await report(world, { ...shift, at: local('12:00') });
    // No end is known: charged for the longest shift, 16 hours.
    assert.deepEqual(await closed('2026-03-03'), { invoices: 1, creditNotes: 0, failed: 0 });
    const [first] = await services.models.invoices.find().lean();
    assert.ok(first);
    await recordInvoicePayment(services, paid(first._id, 'f1', 960));
    // The end comes late: three hours it was.
    await report(world, {
      ...shift,
      type: 'shift.ended',
      at: local('15:00'),
      receivedAt: local('13:00', '2026-03-04'),
    });
    assert.deepEqual(await closed('2026-03-06'), { invoices: 0, creditNotes: 1, failed: 0 });
    assert.equal(await availableIn(services, creditAccount('pol_hour', 'CNY')), 780);
    const note = await services.models.invoices.findOne({ kind: 'credit_note' }).lean();
    assert.deepEqual([note?.total, note?.state], [-780, 'credited']);
  });
});
