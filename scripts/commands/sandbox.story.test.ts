import assert from 'node:assert/strict';
import { Long } from 'mongodb';
import { addDays } from '../../programs/calendar.ts';
import { closeThrough } from '../../server/billing/close-through.ts';
import { DAY, local, openShifts, report } from '../../server/covers/testing/open-shifts.ts';
import { useTestDatabase } from '../../server/database/testing/test-database.ts';
import { depositId, depositRows } from '../../server/deposits/deposit-accounts.ts';
import { issueInvoices } from '../../server/invoices/issue-invoices.ts';
import { assertBooks } from '../../server/ledger/testing/assert-books.ts';
import type { OpenServices } from '../../server/open-services.ts';
import { openException } from '../../server/payments/exceptions.ts';
import { OPERATOR } from '../../server/platforms/testing/open-world.ts';
import { testCli } from '../testing/test-cli.ts';

/** Payouts have their own story: `payouts.story.test.ts`. */
describe('what commands show of money says SANDBOX where none moves', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  const ids: Record<string, string> = {};
  before(async () => {
    const world = await openShifts(database);
    ({ services } = world);
    const { clock } = world;
    await report(world, { worker: 'w-1', shift: 'w-1', at: local('12:00') });
    clock.set(local('12:00', addDays(DAY, 2)));
    await closeThrough(services, { actor: OPERATOR, policyId: 'pol_a', through: DAY });
    clock.set(local('12:00', addDays(DAY, 3)));
    await issueInvoices(services);
    ids['invoice'] = (await services.models.invoices.findOne().lean())?._id ?? assert.fail();
    await depositRows(services, 'deposits').insertOne({
      ...{ _id: depositId('plt_a', 'CNY'), platformId: 'plt_a', currency: 'CNY' },
      ...{ level: 'ok', lowBelow: Long.ZERO, lowBelowSet: false, sequence: 0 },
    });
    const found = { provider: 'stripe', kind: 'only_in_books', subject: 's', message: 'look' } as const;
    await openException(services, { ...found, occurredAt: clock.now(), openedAt: clock.now() });
    ids['exception'] = (await services.models.paymentExceptions.findOne().lean())?._id ?? assert.fail();
  });
  afterEach(() => assertBooks(services));
  after(() => services.close());

  const said = async (payments: OpenServices['payments'], line: string): Promise<string> => {
    const { exit, out, notes } = await testCli({ ...services, payments }, database)(...line.split(' '));
    assert.equal(exit, 0, notes);
    assert.doesNotMatch(out, /^Nothing found|^\[\]/, line);
    return out;
  };

  const lists = ['invoices list', 'deposits show', 'payments exceptions'];
  const single = (): string[] => [`invoices show ${ids['invoice']}`, `payments show ${ids['exception']}`];

  it('lists say it above, one thing beside its provider, and JSON in `sandbox`', async () => {
    for (const line of lists) {
      assert.match(await said(services.payments, line), /^SANDBOX: no real money moves through stripe\.\n\S/, line);
    }
    assert.doesNotMatch(await said(services.payments, 'books trial-balance'), /SANDBOX/, 'nothing of it is there yet');
    const transfer = { id: 'opening:cash', debit: 'cash:stripe:CNY', credit: 'world:opening:CNY', amount: 1 } as const;
    const kind = { kind: 'opening_balance', type: 'posted', effectiveOn: '2026-03-01' } as const;
    await services.ledger.commit({ id: 'opening', transfers: [{ ...transfer, ...kind }] });
    assert.match(await said(services.payments, 'books trial-balance'), /^SANDBOX: no real money/);
    for (const line of single()) {
      assert.match(await said(services.payments, line), /stripe \(SANDBOX: no real money moves\)/, line);
    }
    for (const line of [...lists, ...single()]) {
      assert.match(await said(services.payments, `${line} --json`), /"sandbox":true/, line);
    }
  });

  it('a provider that is not set up any more keeps nothing from being read', async () => {
    for (const line of [...lists, ...single()]) {
      assert.doesNotMatch(await said({}, line), /SANDBOX/, line);
      assert.match(await said({}, `${line} --json`), /"sandbox":false/, line);
    }
  });
});
