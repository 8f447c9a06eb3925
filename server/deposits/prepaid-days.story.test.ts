import assert from 'node:assert/strict';
import { closeThrough } from '../billing/close-through.ts';
import { DAY, local } from '../covers/testing/open-shifts.ts';
import { profileReads } from '../database/testing/profile-reads.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { collectInvoices } from '../invoices/collect-invoices.ts';
import { issueInvoices } from '../invoices/issue-invoices.ts';
import { readInvoice } from '../invoices/read-invoices.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import type { OpenServices } from '../open-services.ts';
import { openPolicy } from '../policies/open-policy.ts';
import { revisePolicy } from '../policies/revise-policy.ts';
import { OPERATOR, policyInput, type World } from '../platforms/testing/open-world.ts';
import { repairCovers } from '../shifts/repair-covers.ts';
import { depositAccount, receivableAccount } from './deposit-accounts.ts';
import { settleEnvelopes } from './settle-envelopes.ts';
import {
  clearPrepaid,
  CURRENCY,
  fillDeposit,
  moneyOf,
  openPrepaid,
  openProcess,
  PLATFORM,
  PRICE,
  startAll,
  startOf,
  workers,
} from './testing/open-prepaid.ts';

/** Of an hour's work, in fen; its minimum is one hour. */
const HOUR = 60;

describe('a prepaid product day, from its covers to the deposit (G21)', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openPrepaid(database);
    world.clock.set(local('12:00', '2026-01-01'));
    const hourly = policyInput({
      policyId: 'pol_hourly',
      product: 'hourly-work@1',
      prepaid: true,
      occupationClasses: ['cleaner'],
    });
    await openPolicy(world.services, hourly);
  });
  beforeEach(async () => {
    await clearPrepaid(world.services);
    world.clock.set(local('12:00'));
  });
  afterEach(async () => assertBooks(world.services));

  const withProcess = async (use: (one: OpenServices) => Promise<void>) => {
    const one = await openProcess(world);
    await use(one);
    await one.close();
  };
  const send = async (one: OpenServices, event: ReturnType<typeof startOf>) => {
    world.clock.set(event.time);
    const [result] = await one.intake.submit([event], { platformId: PLATFORM, via: 'api' });
    assert.ok(result && 'decision' in result, JSON.stringify(result));
    return result.decision;
  };
  const cleaner = (name: string) => ({
    data: { workerId: name, shiftId: `shift-${name}`, occupationClass: 'cleaner', territory: 'CN' },
  });
  /** The day closes at its time, and is settled. */
  const closeDay = async (policyId: string, clockDay = '2026-03-03') => {
    world.clock.set(local('12:00', clockDay));
    await closeThrough(world.services, { actor: OPERATOR, policyId, through: DAY });
    return settleEnvelopes(world.services, { now: world.clock.now() });
  };
  const owed = async (policyId: string) => {
    const account = await world.services.models.accounts.findById(receivableAccount(policyId, CURRENCY)).lean();
    return (account?.debitsPosted ?? 0) - (account?.creditsPosted ?? 0);
  };

  it('what was drawn pays the day, whatever runs twice', async () => {
    await fillDeposit(world.services, 'in', 10 * PRICE);
    await withProcess(async (one) => void (await startAll(one, workers(4, 'w'))));
    const settled = await closeDay('pol_prepaid');
    assert.deepEqual([settled.days, settled.failed], [1, 0]);
    await Promise.all([1, 2, 3].map(() => settleEnvelopes(world.services, { now: world.clock.now() })));
    assert.deepEqual(await moneyOf(world.services), { deposit: 6 * PRICE, envelopes: 0, prepaid: 0 });
    assert.equal(await owed('pol_prepaid'), 0);
    assert.deepEqual(await issueInvoices(world.services), { invoices: 0, creditNotes: 0, failed: 0 }, 'its cycle runs');
    world.clock.advance(86_400_000);
    await issueInvoices(world.services);
    const [invoice] = await world.services.models.invoices.find().lean();
    assert.deepEqual([invoice?.total, invoice?.state], [0, 'credited'], 'nothing is left to be paid');
  });

  it('a cover that was cancelled in time gives its money back', async () => {
    await fillDeposit(world.services, 'in', 10 * PRICE);
    await withProcess(async (one) => {
      await startAll(one, ['stays', 'goes']);
      await send(one, startOf('goes', { id: 'cancel', type: 'shift.cancelled', time: local('12:05') }));
    });
    await closeDay('pol_prepaid');
    assert.deepEqual(await moneyOf(world.services), { deposit: 9 * PRICE, envelopes: 0, prepaid: 0 });
  });

  it('a day of which nothing is charged gives all back', async () => {
    await fillDeposit(world.services, 'in', 10 * PRICE);
    await withProcess(async (one) => {
      await startAll(one, ['goes']);
      await send(one, startOf('goes', { id: 'cancel', type: 'shift.cancelled', time: local('12:05') }));
    });
    await closeDay('pol_prepaid');
    assert.equal(await world.services.models.statements.countDocuments(), 0);
    assert.deepEqual(await moneyOf(world.services), { deposit: 10 * PRICE, envelopes: 0, prepaid: 0 });
  });

  it('hours beyond the minimum are charged to the deposit; what it cannot carry is invoiced, and cover stands', async () => {
    await fillDeposit(world.services, 'in', 200);
    await withProcess(async (one) => {
      assert.equal((await send(one, startOf('c', cleaner('c')))).outcome, 'covered');
      await send(one, startOf('c', { ...cleaner('c'), id: 'end', type: 'shift.ended', time: local('20:00') }));
    });
    await closeDay('pol_hourly');
    assert.deepEqual(await moneyOf(world.services), { deposit: 0, envelopes: 0, prepaid: 0 });
    assert.equal(await owed('pol_hourly'), 8 * HOUR - 200);
    world.clock.advance(86_400_000);
    assert.equal((await issueInvoices(world.services)).invoices, 1);
    const [invoice] = await world.services.models.invoices.find().lean();
    assert.deepEqual([invoice?.total, invoice?.state], [280, 'draft']);
  });

  it('a correction goes back to the deposit that paid', async () => {
    await fillDeposit(world.services, 'in', 1_000);
    await withProcess(async (one) => void (await send(one, startOf('c', cleaner('c')))));
    // No end is known: closed at the longest shift, 16 hours.
    await closeDay('pol_hourly');
    assert.equal((await moneyOf(world.services)).deposit, 1_000 - 16 * HOUR);
    await withProcess(async (one) => {
      const end = startOf('c', { ...cleaner('c'), id: 'end', type: 'shift.ended', time: local('15:00') });
      world.clock.set(local('12:00', '2026-03-04'));
      await one.intake.submit([end], { platformId: PLATFORM, via: 'api' });
    });
    await closeDay('pol_hourly', '2026-03-05');
    assert.deepEqual(await moneyOf(world.services), { deposit: 1_000 - 3 * HOUR, envelopes: 0, prepaid: 0 });
    assert.equal(await owed('pol_hourly'), 0);
  });

  it('a day closed early, with an envelope still open, waits for it', async () => {
    await fillDeposit(world.services, 'in', 10 * PRICE);
    await withProcess(async (one) => {
      await startAll(one, ['w']);
      await closeThrough(world.services, { actor: OPERATOR, policyId: 'pol_prepaid', through: DAY });
      assert.equal((await settleEnvelopes(world.services, { now: world.clock.now() })).days, 0);
    });
    assert.equal((await settleEnvelopes(world.services, { now: world.clock.now() })).days, 1);
    assert.deepEqual(await moneyOf(world.services), { deposit: 9 * PRICE, envelopes: 0, prepaid: 0 });
  });

  it('is settled though a process died right after the ledger had refused it', async () => {
    await fillDeposit(world.services, 'in', 10 * PRICE);
    await withProcess(async (one) => void (await send(one, startOf('c', cleaner('c')))));
    world.clock.set(local('12:00', '2026-03-03'));
    await closeThrough(world.services, { actor: OPERATOR, policyId: 'pol_hourly', through: DAY });
    const [day] = await world.services.models.prepaidDays.find().lean();
    assert.ok(day);
    const id = `prepaid:${day._id}:${day.revision}`;
    const refused = await world.services.ledger.commit({
      id,
      transfers: [
        {
          ...{ id: `${id}:deposit_charged`, kind: 'deposit_charged', type: 'posted', amount: 1_000_000 },
          ...{ debit: depositAccount(PLATFORM, CURRENCY), credit: receivableAccount('pol_hourly', CURRENCY) },
          effectiveOn: '2026-03-03',
        },
      ],
    });
    assert.equal(refused.status, 'refused');
    const runs = [];
    for (let run = 0; run < 2; run++) runs.push(await settleEnvelopes(world.services, { now: world.clock.now() }));
    assert.deepEqual(
      runs.map(({ days, failed }) => [days, failed]),
      [
        [0, 0],
        [1, 0],
      ],
    );
    assert.equal(await owed('pol_hourly'), 0);
  });

  it('a day before the policy became prepaid is invoiced, not taken from the deposit', async () => {
    world.clock.set(local('12:00', '2026-01-01'));
    const later = { policyId: 'pol_later', occupationClasses: ['courier'] };
    await openPolicy(world.services, policyInput(later));
    world.clock.set(local('12:00'));
    await revisePolicy(world.services, {
      ...{ actor: OPERATOR, policyId: 'pol_later', changes: { prepaid: true } },
      // As the product counts days: the next one begins half an hour earlier.
      effectiveAt: local('02:00', '2026-03-02'),
    });
    await fillDeposit(world.services, 'in', 10 * PRICE);
    await withProcess(async (one) => {
      const data = { workerId: 'd', shiftId: 'shift-d', occupationClass: 'courier', territory: 'CN' };
      assert.equal((await send(one, startOf('d', { data }))).outcome, 'covered');
    });
    await closeDay('pol_later');
    assert.equal((await moneyOf(world.services)).deposit, 10 * PRICE);
    assert.equal(await owed('pol_later'), PRICE);
  });

  it('what the jobs ask for is found by indexes', async () => {
    await fillDeposit(world.services, 'in', 10 * PRICE);
    const left = await openProcess(world);
    await startAll(left, workers(3, 'w'));
    world.clock.set(local('12:00', '2026-03-03'));
    await repairCovers(world.services, { now: world.clock.now() });
    await closeThrough(world.services, { actor: OPERATOR, policyId: 'pol_prepaid', through: DAY });
    world.clock.advance(86_400_000);
    const collections = ['covers', 'receivables', 'invoices', 'prepaid_days', 'envelopes', 'platform_payments'];
    const reads = await profileReads(database, collections, async () => {
      assert.equal((await settleEnvelopes(world.services, { now: world.clock.now() })).days, 1);
      assert.equal((await issueInvoices(world.services)).invoices, 1);
      await collectInvoices(world.services);
      const invoice = await world.services.models.invoices.findOne().sort({ issuedAt: -1, _id: -1 }).lean();
      await readInvoice(world.services, { actor: OPERATOR, invoiceId: invoice?._id ?? '' });
    });
    assert.deepEqual(
      reads
        .filter(({ planSummary }) => planSummary?.includes('COLLSCAN'))
        .map(({ command }) => JSON.stringify(command)),
      [],
    );
    assert.ok(reads.length > 8);
  });
});
