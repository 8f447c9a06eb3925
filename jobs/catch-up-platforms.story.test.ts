import assert from 'node:assert/strict';
import { local } from '../server/covers/testing/open-shifts.ts';
import { useTestDatabase } from '../server/database/testing/test-database.ts';
import {
  clearPrepaid,
  fillDeposit,
  moneyOf,
  openPrepaid,
  openProcess,
  PLATFORM,
  PRICE,
  startAll,
  startOf,
  workers,
} from '../server/deposits/testing/open-prepaid.ts';
import { assertBooks } from '../server/ledger/testing/assert-books.ts';
import { policyInput, type World } from '../server/platforms/testing/open-world.ts';
import { openPolicy } from '../server/policies/open-policy.ts';
import { tickOnce, tickRepeatedly } from './testing/tick-repeatedly.ts';

/** The jobs about platforms' money, as in `catch-up.story.test.ts`: late, at once, with Agenda wiped. */
describe('catching up on money from platforms', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openPrepaid(database);
    world.clock.set(local('12:00', '2026-01-01'));
    await openPolicy(world.services, policyInput({ policyId: 'pol_later', occupationClasses: ['courier'] }));
  });
  // Collecting opened a sandbox.
  after(() => world.services.close());
  beforeEach(async () => {
    await clearPrepaid(world.services);
    world.clock.set(local('12:00'));
  });
  afterEach(() => assertBooks(world.services));

  const tick = (name: string) => tickOnce(world.services, name);
  const tickManyTimes = (name: string) => tickRepeatedly(world.services, name);

  describe('settle-envelopes', () => {
    it('closes once what a process that died left open, however late', async () => {
      await fillDeposit(world.services, 'in', 100 * PRICE);
      const died = await openProcess(world);
      await startAll(died, workers(5, 'w'));
      world.clock.set(local('12:00', '2026-03-03'));
      await tick('repair-covers');
      const sum = await tickManyTimes('settle-envelopes');
      assert.deepEqual([sum('envelopes'), sum('failed')], [1, 0]);
      assert.deepEqual(await moneyOf(world.services), { deposit: 95 * PRICE, envelopes: 0, prepaid: 5 * PRICE });
    });
  });

  /** Three days on which one rider worked, closed late, of a policy that pays afterwards. */
  async function threeDays(): Promise<void> {
    for (const day of ['2026-03-01', '2026-03-02', '2026-03-03']) {
      const start = startOf('w', { id: day, time: local('12:00', day) });
      world.clock.set(start.time);
      const data = { ...start.data, shiftId: day, occupationClass: 'courier' };
      await world.services.intake.submit([{ ...start, data }], { platformId: PLATFORM, via: 'api' });
    }
    world.clock.set(local('12:00', '2026-03-09'));
    await tick('close-days');
  }

  describe('issue-invoices', () => {
    it('bills each statement once, on one invoice, when its cycle has ended', async () => {
      await threeDays();
      assert.equal((await tickManyTimes('issue-invoices'))('invoices'), 0);
      world.clock.set(local('00:00', '2026-03-12'));
      const sum = await tickManyTimes('issue-invoices');
      assert.deepEqual([sum('invoices'), sum('failed')], [1, 0]);
      const [invoice] = await world.services.models.invoices.find().lean();
      assert.deepEqual([invoice?.statementCount, invoice?.total], [3, 3 * PRICE]);
      assert.equal(await world.services.models.receivables.countDocuments({ invoiceId: null }), 0);
    });
  });

  describe('collect-invoices', () => {
    it('tells once of what is overdue, after an outage with the last step only', async () => {
      await threeDays();
      world.clock.set(local('00:00', '2026-03-10'));
      await tick('issue-invoices');
      world.clock.set(local('12:00', '2026-05-30'));
      const sum = await tickManyTimes('collect-invoices');
      assert.deepEqual([sum('dunned'), sum('failed')], [1, 0]);
      const events = await world.services.models.events.find({ type: 'invoice.overdue' }).lean();
      assert.equal(events.length, 1);
    });
  });
});
