import assert from 'node:assert/strict';
import { addDays } from '../../programs/calendar.ts';
import { formatMoney, money } from '../../programs/money.ts';
import { closeThrough } from '../billing/close-through.ts';
import { DAY, local, openShifts, report } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { applyDueFacts } from '../payments/apply-due-facts.ts';
import { importStatement } from '../payments/bank/import-statement.ts';
import { openBankAccount } from '../payments/bank/open-bank-account.ts';
import { OPERATOR, refusalOf, type World } from '../platforms/testing/open-world.ts';
import { setBillingTerms } from './billing-terms.ts';
import { collectInvoices } from './collect-invoices.ts';
import { issueInvoices } from './issue-invoices.ts';

/** An office without a payment provider: platforms pay by transfer, and name the invoice in its text. */
describe('invoices by bank demand, paid by a line of the statement', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openShifts(database);
    await openBankAccount(world.services, {
      ...{ actor: OPERATOR, holder: 'County office', bankCode: 'ICBKCNBJ', accountNumber: '6222000000001234' },
      ...{ timeZone: 'Asia/Shanghai', openingBalance: money(100_00, 'CNY') },
    });
  });
  afterEach(() => assertBooks(world.services));

  it('is demanded, paid, and in the bank at once', async () => {
    const { services, clock } = world;
    const common = { actor: OPERATOR, policyId: 'pol_a' };
    await setBillingTerms(services, { ...common, changes: { provider: 'bank_file' } });
    for (const worker of ['w-1', 'w-2']) await report(world, { worker, shift: worker, at: local('12:00') });
    clock.set(local('12:00', addDays(DAY, 2)));
    await closeThrough(services, { ...common, through: DAY });
    clock.set(local('12:00', addDays(DAY, 3)));
    await issueInvoices(services);
    await collectInvoices(services);
    const invoice = await services.models.invoices.findOne().lean();
    assert.deepEqual([invoice?.total, invoice?.delivery.state], [6_00, 'sent']);
    const invoiceId = invoice?._id ?? assert.fail();
    const demand = await services.models.bankDemands.findById(invoiceId).lean();
    assert.deepEqual([demand?.kind, demand?.amount], ['invoice', 6_00]);

    const statement = () =>
      importStatement(services, {
        ...{ actor: OPERATOR, currency: 'CNY', apply: true },
        rows: [
          ['opening', '', '', '100.00', '', ''],
          ['line', 'R1', addDays(DAY, 3), '6.00', 'Platform a', `premium ${invoiceId.toUpperCase()}`],
          ['closing', '', '', '106.00', '', ''],
        ],
      });
    for (const known of ['new', 'again']) {
      assert.deepEqual(
        (await statement()).lines.map((line) => [line.match, line.known]),
        [['invoice_paid', known]],
      );
      await applyDueFacts(services, { now: clock.now() });
    }
    assert.equal((await services.models.invoices.findById(invoiceId).lean())?.state, 'paid');
    const transfers = await services.models.transfers
      .find({ kind: { $in: ['invoice_paid', 'clearing_settled'] } })
      .sort({ bookedAt: 1, kind: -1 })
      .lean();
    assert.deepEqual(
      transfers.map(({ kind, amount, debit, credit }) =>
        [kind.padEnd(16), formatMoney(money(amount, 'CNY')), debit.padEnd(22), credit].join(' '),
      ),
      [
        'invoice_paid     CNY 6.00 bank_file:clearing:CNY policy:pol_a:receivable:CNY',
        'clearing_settled CNY 6.00 cash:bank_file:CNY     bank_file:clearing:CNY',
      ],
    );
    const cash = await services.models.accounts.findById('cash:bank_file:CNY').lean();
    assert.equal((cash?.debitsPosted ?? 0) - (cash?.creditsPosted ?? 0), 106_00, 'what the bank has');
  });

  it('is not collected by somebody we do not know', async () => {
    const changes: object = { provider: 'barter' };
    const setting = setBillingTerms(world.services, { actor: OPERATOR, policyId: 'pol_b', changes });
    await assert.rejects(setting, refusalOf('billing_terms_invalid'));
  });
});
