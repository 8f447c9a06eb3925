import assert from 'node:assert/strict';
import { clearWorkday, openWorkday } from '../server/billing/testing/workday.ts';
import type { MovableClock } from '../server/clock.ts';
import { useTestDatabase } from '../server/database/testing/test-database.ts';
import { assertBooks } from '../server/ledger/testing/assert-books.ts';
import { FUND, move, reserve } from '../server/ledger/testing/open-test-ledger.ts';
import type { OpenServices } from '../server/open-services.ts';
import { AGENDA_COLLECTION } from './agenda.ts';
import { runTick } from './run-tick.ts';
import { SCHEDULE } from './schedule.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 2, 2, 12);

/** Three days of outage, Agenda late, doubled and wiped. */
describe('catching up', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => {
    ({ services, clock } = await openWorkday(database));
    clock.set(START);
    await clearWorkday(services);
  });
  afterEach(() => assertBooks(services));

  describe('expire-reservations', () => {
    it('ends what is over, however much there is, once, and nothing that may still be posted', async () => {
      const job = SCHEDULE.find(({ name }) => name === 'expire-reservations');
      assert.ok(job);
      const commit = (id: string, expiresAt?: number) =>
        services.ledger.commit({ id, transfers: [reserve(id, 1, expiresAt)] });
      await services.ledger.commit({ id: 'gift', transfers: [move('gift', 5_000)] });
      // Many of one instant: a page of them is not the end of them.
      await Promise.all(Array.from({ length: 1_200 }, (_, i) => commit(`over${i}`, START + (i % 3) * DAY_MS)));
      await commit('open', START + 3 * DAY_MS + 1);
      await commit('claim');
      clock.set(START + 3 * DAY_MS);
      const results = await Promise.all([runTick(services, job), runTick(services, job), runTick(services, job)]);
      await database.db.collection(AGENDA_COLLECTION).deleteMany({});
      results.push(await runTick(services, job));
      const sum = (key: string) => results.reduce((total, counts) => total + (counts[key] ?? 0), 0);
      assert.deepEqual([sum('expired'), sum('failed')], [1_200, 0]);
      const fund = await services.models.accounts.findById(FUND).lean();
      assert.equal(fund?.debitsPending, 2);
      assert.deepEqual(
        (await services.models.ledgerExpiries.find().lean()).map(({ _id }) => _id),
        ['open'],
      );
    });
  });
});
