import assert from 'node:assert/strict';
import type { MovableClock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { OpenServices } from '../open-services.ts';
import { repairCovers } from '../shifts/repair-covers.ts';
import type { IncomingEvent, IntakeResult } from '../shifts/shift-intake.ts';
import { closeDueDays } from './close-due-days.ts';
import { checkCharges } from './testing/check-charges.ts';
import { checkStatements } from './testing/check-statements.ts';
import { at, openWorkday, PLATFORM, TEST_OPERATOR } from './testing/workday.ts';

const HOUR_MS = 3_600_000;

/** From the platform's report through the real intake to the statement: what was answered is what is charged. */
describe('a working day, from its events to its statements', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));

  let serial = 0;
  const event = (type: IncomingEvent['type'], workerId: string, policyId: string, shiftId = 's1'): IncomingEvent => ({
    source: 'test',
    id: `e${(serial += 1)}`,
    type,
    time: clock.now(),
    data: {
      workerId,
      shiftId: `${workerId}-${shiftId}`,
      policyId,
      occupationClass: 'rider',
      territory: 'CN',
      ...orderOf(type, shiftId),
    },
  });
  const orderOf = (type: string, shiftId: string) => (type.startsWith('order.') ? { orderId: shiftId } : {});
  const send = (...events: IncomingEvent[]): Promise<readonly IntakeResult[]> =>
    services.intake.submit(events, { platformId: PLATFORM, via: 'api' });
  const close = () => closeDueDays(services, { actor: TEST_OPERATOR, now: clock.now() });
  const charged = async () => {
    const statements = await services.models.statements.find().sort({ closeKey: 1 }).lean();
    return statements.map(({ closeKey, total }) => `${closeKey} ${total.amount}`);
  };

  it('works, is closed, is corrected, and adds up', async () => {
    clock.set(at('08:00'));
    const riders = Array.from({ length: 40 }, (_, i) => `rider${i}`);
    const results = await Promise.all(riders.map((rider) => send(event('shift.started', rider, 'pol_day'))));
    let premium = 0;
    assert.equal(results.length, 40);
    for (const [result] of results) {
      assert.equal(result?.status, 'accepted');
      premium += 'decision' in result ? (result.decision.premium?.amount ?? 0) : 0;
    }
    await send(event('shift.started', 'cleaner', 'pol_hour'), event('order.accepted', 'driver', 'pol_order', 'o1'));
    assert.equal(premium, 40 * 300);
    clock.set(at('10:30'));
    await send(event('shift.ended', 'cleaner', 'pol_hour'), event('order.completed', 'driver', 'pol_order', 'o1'));
    await send(...riders.map((rider) => event('shift.ended', rider, 'pol_day')));
    await send(...riders.map((rider) => event('shift.started', rider, 'pol_day', 's2')));

    clock.set(at('20:00', '2026-03-03'));
    const tally = await close();
    assert.equal(tally.failed, 0);
    assert.deepEqual(await charged(), [
      `close:pol_day:2026-03-02:1 ${premium}`,
      'close:pol_hour:2026-03-02:1 150',
      'close:pol_order:2026-03-02:1 1',
    ]);

    // The cleaner was at work in the evening too, and it is reported a day late: no cover, no charge.
    await send({ ...event('shift.started', 'cleaner', 'pol_hour', 's2'), time: at('18:00') });
    clock.advance(2 * HOUR_MS);
    await close();
    await checkStatements(services);
    await checkCharges(services);
  });

  it('loses its covers, workers and periods in a crash: repaired or not, the charge is the same', async () => {
    await services.models.covers.deleteMany({});
    await services.models.workers.deleteMany({});
    await services.models.receiptCursors.deleteMany({});
    const before = await charged();
    await services.models.periods.updateMany({}, { $set: { state: 'open', dueAt: new Date(0) } });
    await close();
    const { workers } = await repairCovers(services, { now: clock.now() });
    assert.equal(workers, 42);
    assert.deepEqual(await charged(), before);
    await checkStatements(services);
    await checkCharges(services);
  });
});
