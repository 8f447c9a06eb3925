import assert from 'node:assert/strict';
import type { MovableClock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { OpenServices } from '../open-services.ts';
import { closeDay, type CloseHooks } from './close-day.ts';
import { closeDueDays } from './close-due-days.ts';
import { CLOSE_LEASE_MS } from './close-lease.ts';
import { closeThrough } from './close-through.ts';
import { discoverPeriods } from './discover-periods.ts';
import { checkCharges } from './testing/check-charges.ts';
import { checkStatements } from './testing/check-statements.ts';
import { at, DAY, openWorkday, storeEvents, TEST_OPERATOR } from './testing/workday.ts';

/** Closers that die, closers that are overtaken, walks along receipts, and events that keep coming, all at once. */
describe('closing in a storm', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));

  it('charges everything once in the end', async function () {
    this.timeout(60_000);
    clock.set(at('14:00'));
    let batches = 0;
    const hooks: CloseHooks = {
      batchSize: 7,
      // Every fifth batch its closer dies; time goes by, so that leases run out under closers that are alive.
      after: async (step) => {
        clock.advance(CLOSE_LEASE_MS / 4);
        if (step === 'batch' && ++batches % 5 === 0) throw new Error('killed');
      },
    };
    let finishes = 0;
    const stormy: OpenServices = {
      ...services,
      ledger: {
        ...services.ledger,
        // Every third finish fails before it is committed, or its answer is lost after it was.
        commit: async (unit) => {
          finishes += 1;
          if (finishes % 6 === 2) throw new Error('killed before the commit');
          const result = await services.ledger.commit(unit);
          if (finishes % 6 === 5) throw new Error('killed after the commit');
          return result;
        },
      },
    };
    const command = { actor: TEST_OPERATOR, policyId: 'pol_hour', productDay: DAY, force: true };
    const closer = async (): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        clock.advance(CLOSE_LEASE_MS / 10);
        try {
          await closeDay(stormy, command, hooks);
        } catch (error) {
          assert.match(String(error), /killed|nothing to close/);
        }
        await discoverPeriods(services, { now: clock.now() });
      }
    };
    const reporter = async (): Promise<void> => {
      for (let i = 0; i < 120; i++) {
        const worker = `w${i % 40}`;
        const type = i < 80 ? 'shift.started' : 'shift.ended';
        const now = clock.now();
        await storeEvents(services, [
          { worker, type, shift: `${worker}-${i % 80}`, policyId: 'pol_hour', time: now, receivedAt: now },
        ]);
      }
    };
    await Promise.all([reporter(), closer(), closer(), closer(), closer()]);
    assert.ok(batches > 10 && finishes > 6, `${batches} batches, ${finishes} finishes`);

    clock.set(at('12:00', '2026-03-06'));
    await closeDueDays(services, { actor: TEST_OPERATOR, now: clock.now() });
    await closeThrough(services, { actor: TEST_OPERATOR, policyId: 'pol_hour', through: DAY });
    await checkStatements(services);
    await checkCharges(services);
    const { revision, state, closing } = (await services.models.periods.findOne({ policyId: 'pol_hour' }).lean()) ?? {};
    assert.deepEqual([state, closing], ['closed', undefined]);
    assert.equal(await services.models.statements.countDocuments(), revision);
  });
});
