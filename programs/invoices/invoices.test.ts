import assert from 'node:assert/strict';
import fc from 'fast-check';
import { localInstant } from '../calendar.ts';
import { applyPayment, applyReversal, type Ledgered } from './apply-payment.ts';
import { cycleOf, dueOn, type BillingCycle } from './billing-terms.ts';
import { dunningStep, overdueFrom } from './dunning.ts';
import { invoiceState, openAmount, type InvoiceFacts, type InvoiceState } from './invoice-state.ts';
import { INVOICE_STATEMENTS_MAX, planInvoices, type Billable } from './plan-invoices.ts';

const ZONE = 'Asia/Shanghai';
const at = (day: string, time = '12:00') => localInstant(day, time, ZONE);

describe('billing cycles', () => {
  const table: readonly [string, BillingCycle, string, string][] = [
    ['2026-03-01', 'daily', '2026-03-01', '2026-03-02'],
    ['2026-03-01', 'weekly', '2026-02-23', '2026-03-02'], // a Sunday
    ['2026-03-02', 'weekly', '2026-03-02', '2026-03-09'], // a Monday
    ['2026-02-28', 'monthly', '2026-02-01', '2026-03-01'],
    ['2026-12-31', 'monthly', '2026-12-01', '2027-01-01'],
    ['2028-02-29', 'monthly', '2028-02-01', '2028-03-01'],
  ];
  for (const [day, cycle, from, to] of table) {
    it(`${day}, ${cycle}: [${from}, ${to})`, () => assert.deepEqual(cycleOf(day, cycle), { from, to }));
  }
  it('is due within so many days of the day of issue', () =>
    assert.equal(dueOn('2026-02-25', { cycle: 'daily', dueDays: 7 }), '2026-03-04'));
});

describe('which statements make an invoice', () => {
  const statement = (statementId: string, day: string, amount: number, time?: string): Billable => ({
    ...{ statementId, productDay: day, amount },
    issuedAt: at(day, time),
  });
  const weekly = { cycle: 'weekly', dueDays: 7 } as const;
  const monday = { now: at('2026-03-09', '00:00'), timeZone: ZONE };

  it('those of a cycle that has ended, to the instant', () => {
    const statements = [statement('a', '2026-03-03', 300), statement('b', '2026-03-08', 200, '23:59')];
    const [plan, ...others] = planInvoices(statements, weekly, monday);
    assert.deepEqual([plan?.total, plan?.period], [500, { from: '2026-03-02', to: '2026-03-09' }]);
    assert.equal(others.length, 0);
    assert.deepEqual(planInvoices(statements, weekly, { ...monday, now: monday.now - 1 }), []);
    assert.deepEqual(planInvoices(statements, weekly, { ...monday, now: monday.now - 1, early: true }), [plan]);
    assert.deepEqual(planInvoices([statement('c', '2026-03-09', 1, '00:00')], weekly, monday), []);
  });
  it('credits lower it; where they prevail it is a credit note', () => {
    const kinds = (amounts: readonly number[]) =>
      planInvoices(
        amounts.map((amount, n) => statement(`s${n}`, '2026-03-03', amount)),
        weekly,
        monday,
      ).map(({ kind, total }) => [kind, total]);
    assert.deepEqual(kinds([500, -200]), [['invoice', 300]]);
    assert.deepEqual(kinds([200, -500]), [['credit_note', -300]]);
    assert.deepEqual(kinds([200, -200]), [['invoice', 0]]);
  });
  it('loses and doubles none, whatever their order', () => {
    const given = fc.array(fc.integer({ min: -500, max: 500 }), { maxLength: INVOICE_STATEMENTS_MAX * 2 + 50 });
    fc.assert(
      fc.property(given, (amounts) => {
        const statements = amounts.map((amount, n) => statement(`s${n}`, `2026-03-0${(n % 7) + 2}`, amount));
        const plans = planInvoices(statements, weekly, monday);
        const ids = plans.flatMap((plan) => plan.statements.map(({ statementId }) => statementId));
        assert.equal(new Set(ids).size, ids.length);
        assert.equal(ids.length, statements.length);
        for (const plan of plans) {
          assert.ok(plan.statements.length <= INVOICE_STATEMENTS_MAX);
          assert.equal(
            plan.total,
            plan.statements.reduce((sum, { amount }) => sum + amount, 0),
          );
        }
        assert.deepEqual(planInvoices(statements.toReversed(), weekly, monday), plans);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the state of an invoice', () => {
  const facts = (more: Partial<InvoiceFacts>): InvoiceFacts => ({
    ...{ total: 1_000, credited: 0, paid: 0, writtenOff: 0, sent: true, overdueFrom: 100 },
    ...more,
  });
  const table: readonly [Partial<InvoiceFacts>, number, InvoiceState][] = [
    [{ sent: false }, 99, 'draft'],
    [{}, 99, 'issued'],
    [{}, 100, 'overdue'],
    [{ sent: false }, 100, 'overdue'],
    [{ paid: 1 }, 99, 'partly_paid'],
    [{ paid: 999 }, 100, 'overdue'],
    [{ paid: 1_000 }, 100, 'paid'],
    [{ paid: 600, credited: 400 }, 99, 'paid'],
    [{ credited: 1_000 }, 99, 'credited'],
    [{ total: 0 }, 99, 'credited'],
    [{ total: -500 }, 500, 'credited'],
    [{ writtenOff: 1_000 }, 500, 'void'],
    [{ writtenOff: 400, paid: 600 }, 500, 'void'],
    [{ paid: -200 }, 99, 'issued'],
  ];
  for (const [more, now, state] of table) {
    it(`${JSON.stringify(more)} at ${now}: ${state}`, () => assert.equal(invoiceState(facts(more), now), state));
  }
});

describe('payments and what goes back', () => {
  const fresh: Ledgered = { total: 1_000, credited: 0, paid: 0, writtenOff: 0, excess: 0 };
  it('what is beyond becomes credit', () =>
    assert.deepEqual(applyPayment({ ...fresh, paid: 700 }, 500), { receivable: 300, credit: 200 }));
  it('a reversal takes the excess first, as far as it is still there', () => {
    const over = { ...fresh, paid: 1_000, excess: 200 };
    assert.deepEqual(applyReversal(over, 500, 200), { receivable: 300, credit: 200 });
    assert.deepEqual(applyReversal(over, 500, 50), { receivable: 450, credit: 50 });
    assert.deepEqual(applyReversal(over, 100, 900), { receivable: 0, credit: 100 });
  });
  it('come to the same in any order: what stayed is paid, or credit', () => {
    const fact = fc.record({ back: fc.boolean(), amount: fc.integer({ min: 1, max: 900 }) });
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 10 }), (given) => {
        let invoice = fresh;
        for (const { back, amount } of given) {
          const { receivable, credit } = back
            ? applyReversal(invoice, amount, invoice.excess)
            : applyPayment(invoice, amount);
          assert.equal(receivable + credit, amount);
          const sign = back ? -1 : 1;
          invoice = {
            ...invoice,
            paid: invoice.paid + sign * receivable,
            excess: invoice.excess + sign * credit,
          };
          assert.ok(invoice.excess >= 0);
          assert.ok(invoice.excess === 0 || openAmount(invoice) === 0, 'no credit while something is open');
        }
        const stayed = given.reduce((sum, { back, amount }) => sum + (back ? -amount : amount), 0);
        assert.deepEqual(
          [invoice.paid, invoice.excess],
          [Math.min(stayed, fresh.total), Math.max(0, stayed - fresh.total)],
        );
      }),
    );
  });
});

describe('dunning', () => {
  const table = [
    ['2026-03-08', '23:59', 0, 0],
    ['2026-03-09', '00:00', 1, 1],
    ['2026-03-14', '23:59', 1, 6],
    ['2026-03-15', '00:00', 2, 7],
    ['2026-03-22', '00:00', 3, 14],
    ['2026-04-06', '23:59', 3, 29],
    ['2026-04-07', '00:00', 4, 30],
    ['2027-01-01', '00:00', 4, 299],
  ] as const;
  for (const [day, time, step, daysOverdue] of table) {
    it(`due on 8 March, ${day} ${time}: step ${step}`, () =>
      assert.deepEqual(dunningStep('2026-03-08', ZONE, at(day, time)), { step, daysOverdue }));
  }
  it('begins when the last day is over in the zone', () =>
    assert.equal(overdueFrom('2026-03-08', ZONE), at('2026-03-09', '00:00')));
});
