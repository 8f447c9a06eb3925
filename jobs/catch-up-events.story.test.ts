import assert from 'node:assert/strict';
import { at, clearWorkday, eventOf, openWorkday, storeEvents } from '../server/billing/testing/workday.ts';
import type { MovableClock } from '../server/clock.ts';
import { profileReads } from '../server/database/testing/profile-reads.ts';
import { useTestDatabase } from '../server/database/testing/test-database.ts';
import type { OpenServices } from '../server/open-services.ts';
import { insertNew } from '../server/shifts/store-flush.ts';
import { webhookWorld } from '../server/webhooks/testing/webhook-world.ts';
import { tickOnce, tickRepeatedly } from './testing/tick-repeatedly.ts';

const MINUTE_MS = 60_000;
const NOON = at('12:00');

/** What is told to the outside, with Agenda late, doubled and wiped. */
describe('catching up with what must be told', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));
  beforeEach(async () => {
    clock.set(NOON);
    await clearWorkday(services);
  });

  const tick = (name: string) => tickOnce(services, name);
  const tickManyTimes = (name: string) => tickRepeatedly(services, name);

  describe('tell-not-covered', () => {
    const refused = (worker: string, receivedAt: number, via: 'api' | 'import' = 'api') => ({
      ...eventOf({ worker, receivedAt, coverless: true }),
      via,
      decision: { outcome: 'not_covered' as const, reasons: ['policy_not_in_force'], flags: [] },
    });
    const store = (...events: ReturnType<typeof eventOf>[]) => insertNew(database.db, 'shift_events', events);
    const told = async () =>
      (await services.models.events.find().sort({ aggregateId: 1 }).lean()).map(({ data }) => data['externalId']);

    it('tells of three hours of refused starts, each once, and of nothing else', async () => {
      const workers = Array.from({ length: 700 }, (_, i) => `w${String(i).padStart(3, '0')}`);
      await store(...workers.map((worker, i) => refused(worker, NOON - 3 * 60 * MINUTE_MS + i)));
      await storeEvents(services, [{ worker: 'covered' }, { worker: 'pending', coverless: true }]);
      await store(refused('imported', NOON - 1, 'import'));
      const sum = await tickManyTimes('tell-not-covered');
      assert.equal(sum('told'), 700);
      assert.deepEqual(await told(), workers);
      const [event] = await services.models.events.find().limit(1).lean();
      assert.deepEqual(event?.data['reasons'], [{ code: 'C03', name: 'policy_not_in_force' }]);
    });

    it('tells of what becomes visible minutes after later receipts', async () => {
      await store(refused('a', NOON - 1));
      await tick('tell-not-covered');
      clock.advance(3 * MINUTE_MS);
      await store(refused('slow-flush', NOON - 2), refused('b', NOON + MINUTE_MS));
      await tickManyTimes('tell-not-covered');
      assert.deepEqual(await told(), ['a', 'b', 'slow-flush']);
    });

    it('looks at refused starts only, however many others there are', async () => {
      const covered = Array.from({ length: 50 }, (_, i) => ({ worker: `c${i}`, receivedAt: NOON - i }));
      await storeEvents(services, covered);
      await store(refused('a', NOON - 1));
      const reads = await profileReads(database, ['shift_events'], () => tick('tell-not-covered'));
      assert.ok(reads.length > 0);
      for (const { docsExamined = 0 } of reads) assert.ok(docsExamined <= 1, `${docsExamined} looked at`);
    });
  });

  describe('deliver-webhooks', () => {
    const world = webhookWorld({
      get api() {
        return { services, clock };
      },
    });
    afterEach(() => world.clear());
    before(async () => {
      const platform = { _id: 'plt_test', name: 'Test', mode: 'test', createdAt: new Date(0) } as const;
      await services.models.platforms.create({ ...platform, sources: ['test'] });
    });

    it('delivers an outage of events, each once', async () => {
      const [receiver, away] = [await world.receiver(), await world.receiver()];
      away.answer = 500;
      await world.endpoint('plt_test', receiver.url);
      await world.endpoint('plt_test', away.url);
      const ids = await world.happen('plt_test', 150);
      const sum = await tickManyTimes('deliver-webhooks');
      assert.equal(sum('placed'), 150);
      assert.equal(sum('made'), 300);
      assert.deepEqual(new Set(receiver.calls.map(({ id }) => id)), new Set(ids));
      assert.equal(receiver.calls.length, 150);
      away.answer = 200;
      clock.advance(24 * 60 * MINUTE_MS);
      await tickManyTimes('deliver-webhooks');
      assert.equal((await world.deliveries({ state: 'delivered' })).length, 300);
    });
  });
});
