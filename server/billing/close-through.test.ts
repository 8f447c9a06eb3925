import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MovableClock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { OpenServices } from '../open-services.ts';
import { closeDueDays } from './close-due-days.ts';
import { closeThrough, openDaysThrough } from './close-through.ts';
import { checkCharges } from './testing/check-charges.ts';
import { checkStatements } from './testing/check-statements.ts';
import { at, clearWorkday, openWorkday, storeEvents, TEST_OPERATOR, type Reported } from './testing/workday.ts';

const DAYS = ['2026-03-02', '2026-03-03', '2026-03-04'];

describe('closeThrough', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));
  beforeEach(() => {
    clock.set(at('12:00', '2026-03-04'));
    return clearWorkday(services);
  });

  const through = (day: string, policyId = 'pol_import') =>
    closeThrough(services, { actor: TEST_OPERATOR, policyId, through: day });
  const imported: Reported[] = DAYS.toReversed().map((day) => ({
    worker: 'a',
    day,
    policyId: 'pol_import',
    receivedAt: at('11:00', '2026-03-04'),
  }));

  it('closes all open days up to one, oldest first, telling of each; a second time there is nothing new', async () => {
    await storeEvents(services, imported);
    const told: string[] = [];
    const closed = await closeThrough(services, {
      actor: TEST_OPERATOR,
      policyId: 'pol_import',
      through: '2026-03-03',
      onProgress: ({ productDay, result }, done, total) => told.push(`${productDay} ${result.status} ${done}/${total}`),
    });
    assert.deepEqual(told, ['2026-03-02 issued 1/2', '2026-03-03 issued 2/2']);
    assert.equal(closed.length, 2);
    assert.equal(
      (await through('2026-03-03')).every(({ result }) => result.status === 'nothing_new'),
      true,
    );
    assert.equal((await through('2026-03-04')).filter(({ result }) => result.status === 'issued').length, 1);
    assert.equal(await services.models.statements.countDocuments(), 3);
    await checkStatements(services);
    await checkCharges(services);
  });

  it('finds days whose periods and whose cursor are lost', async () => {
    await storeEvents(services, imported);
    await openDaysThrough(services, { policyId: 'pol_import', through: '2026-03-04' });
    await services.models.periods.deleteMany({});
    const days = await openDaysThrough(services, { policyId: 'pol_import', through: '2026-03-04' });
    assert.deepEqual(days, DAYS);
  });

  it('folds closed days too when asked: finds an event that became visible long after its receipt', async () => {
    await storeEvents(services, [{ worker: 'a' }]);
    await through('2026-03-02', 'pol_day');
    clock.set(at('23:00', '2026-03-04'));
    await through('2026-03-02', 'pol_day');
    await storeEvents(services, [{ worker: 'b' }]);
    assert.deepEqual(await through('2026-03-02', 'pol_day'), []);
    const again = { actor: TEST_OPERATOR, policyId: 'pol_day', through: '2026-03-02', everyDay: true };
    assert.equal((await closeThrough(services, again))[0]?.result.status, 'issued');
    await checkCharges(services);
  });

  it('refuses a policy that does not exist', async () => {
    await assert.rejects(through('2026-03-04', 'pol_none'), { code: 'policy_not_found' });
  });

  it('closes only as many due days as the limit says, the oldest', async () => {
    const now = at('23:59', '2026-03-10');
    await storeEvents(
      services,
      DAYS.toReversed().map((day) => ({ worker: 'a', day })),
    );
    const tally = await closeDueDays(services, { actor: TEST_OPERATOR, now, limit: 2 });
    // The clock of the services still says noon of the 4th: only what is due by it is closed, whatever the caller says.
    assert.deepEqual(tally, { issued: 1, nothing_new: 0, not_due: 1, busy: 0, failed: 0 });
    clock.set(now);
    await closeDueDays(services, { actor: TEST_OPERATOR, now, limit: 1 });
    const days = await services.models.statements.find().sort({ productDay: 1 }).lean();
    assert.deepEqual(
      days.map(({ productDay }) => productDay),
      DAYS.slice(0, 2),
    );
  });

  it('property: reported in any order, closed in between at any time: lines add up to the folds, once', async function () {
    this.timeout(60_000);
    const policyId = fc.constantFrom('pol_day', 'pol_hour', 'pol_order');
    const report = fc.record({
      worker: fc.constantFrom('a', 'b', 'c'),
      shift: fc.constantFrom('s1', 's2'),
      type: fc.constantFrom('shift.started', 'shift.started', 'shift.ended', 'shift.cancelled'),
      delayMinutes: fc.integer({ min: 0, max: 40 }),
    });
    const order = fc.constantFrom('1', '2', '3');
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ report, order, policyId }) },
      { weight: 1, arbitrary: fc.constant('close' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
        await clearWorkday(services);
        clock.set(at('08:00'));
        for (const one of steps) {
          clock.advance(20 * 60_000);
          if (one === 'close') {
            await closeAll();
            continue;
          }
          const { worker, shift, type, delayMinutes } = one.report;
          const orders = one.policyId === 'pol_order';
          await storeEvents(services, [
            {
              worker,
              shift: `${worker}${shift}`,
              ...(orders && { order: one.order }),
              type: orders ? (type === 'shift.started' ? 'order.accepted' : 'order.completed') : type,
              time: clock.now() - delayMinutes * 60_000,
              receivedAt: clock.now(),
              policyId: one.policyId,
            },
          ]);
        }
        await closeAll();
        await checkStatements(services);
        await checkCharges(services);
        const before = await services.models.statements.countDocuments();
        await closeAll();
        assert.equal(await services.models.statements.countDocuments(), before);
      }),
      { numRuns: 10 },
    );
  });

  async function closeAll(): Promise<void> {
    for (const policyId of ['pol_day', 'pol_hour', 'pol_order']) {
      for (const productDay of await openDaysThrough(services, { policyId, through: '2026-03-04' })) {
        clock.advance(1_000);
        await closeThrough(services, { actor: TEST_OPERATOR, policyId, through: productDay });
      }
    }
  }
});
