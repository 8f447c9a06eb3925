import assert from 'node:assert/strict';
import { checkStatements } from '../server/billing/testing/check-statements.ts';
import { at, clearWorkday, openWorkday, storeEvents } from '../server/billing/testing/workday.ts';
import type { MovableClock } from '../server/clock.ts';
import { useTestDatabase } from '../server/database/testing/test-database.ts';
import { closeMonths } from '../server/ledger/testing/close-months.ts';
import type { OpenServices } from '../server/open-services.ts';
import { AGENDA_COLLECTION } from './agenda.ts';
import { JOB_ACTOR } from './job-actor.ts';
import { tickOnce } from './testing/tick-repeatedly.ts';

/** Settling with carriers, with Agenda late, doubled and wiped. */
describe('catching up with carriers', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));
  beforeEach(() => clearWorkday(services));

  const tick = (name: string) => tickOnce(services, name);

  describe('settle-carriers', () => {
    it('settles three closed months after an outage, oldest first, each once, and leaves the open one alone', async () => {
      const days = ['2026-02-27', '2026-03-02', '2026-03-03', '2026-04-30', '2026-05-02'];
      clock.set(at('12:00', '2026-05-05'));
      await storeEvents(
        services,
        days.map((day) => ({ worker: 'a', day })),
      );
      await tick('close-days');
      await closeMonths(services, clock, { actor: JOB_ACTOR, months: ['2026-02', '2026-03', '2026-04'] });
      await Promise.all([tick('settle-carriers'), tick('settle-carriers'), tick('settle-carriers')]);
      await database.db.collection(AGENDA_COLLECTION).deleteMany({});
      const { settled } = await tick('settle-carriers');
      assert.equal(settled, 0);
      const settlements = await services.models.settlements.find().sort({ month: 1 }).lean();
      assert.deepEqual(
        settlements.map(({ month, premium, state }) => `${month} ${premium} ${state}`),
        ['2026-02 300 issued', '2026-03 600 issued', '2026-04 300 issued'],
      );
      await checkStatements(services);
    });
  });
});
