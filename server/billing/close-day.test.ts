import assert from 'node:assert/strict';
import type { MovableClock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { OpenServices } from '../open-services.ts';
import { closeDay, type CloseHooks } from './close-day.ts';
import { CLOSE_LEASE_MS } from './close-lease.ts';
import { checkStatements } from './testing/check-statements.ts';
import { at, clearWorkday, DAY, openWorkday, storeEvents, TEST_OPERATOR, type Reported } from './testing/workday.ts';

const NEXT_DAY = '2026-03-03';
const AFTER = at('23:00', NEXT_DAY);
const HOUR_MS = 3_600_000;

describe('closeDay', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));
  beforeEach(() => {
    clock.set(AFTER);
    return clearWorkday(services);
  });
  afterEach(() => checkStatements(services));

  const close = (policyId = 'pol_day', force = false, hooks: CloseHooks = {}) =>
    closeDay(services, { actor: TEST_OPERATOR, policyId, productDay: DAY, force }, hooks);
  const report = (...reports: Reported[]) => storeEvents(services, reports);
  const lines = async () => {
    const found = await services.models.statementLines.find().sort({ _id: 1 }).lean();
    return found.map(({ kind, revision, amount, quantity }) => `${kind} ${revision} ${amount} x${quantity}`).sort();
  };
  const shift = (worker: string, from: string, to: string, more: Partial<Reported> = {}): Reported[] => [
    { worker, time: at(from), ...more },
    { type: 'shift.ended', worker, time: at(to), ...more },
  ];
  const workers = (count: number, more: Partial<Reported> = {}) =>
    Array.from({ length: count }, (_, i) => ({ worker: `w${i}`, ...more }));

  it('charges a day, once a worker, whatever the number of shifts, and closing again changes nothing', async () => {
    await report(
      ...shift('a', '08:00', '10:00'),
      ...shift('a', '14:00', '16:00', { shift: 'second' }),
      ...shift('b', '09:00', '10:00'),
    );
    assert.deepEqual(await close(), {
      status: 'issued',
      statementId: (await services.models.statements.findOne().lean())?._id,
      lineCount: 2,
      total: { amount: 600, currency: 'CNY' },
    });
    assert.deepEqual(await lines(), ['charge 1 300 x1', 'charge 1 300 x1']);
    assert.deepEqual(await close(), { status: 'nothing_new' });
    assert.deepEqual(await close('pol_day', true), { status: 'nothing_new' });
    assert.equal(await services.models.statements.countDocuments(), 1);
  });

  it('is not due before day end + longest shift + tail + grace, unless forced', async () => {
    await report(...shift('a', '08:00', '10:00'));
    clock.set(at('01:30', NEXT_DAY));
    const early = await close();
    assert.equal(early.status, 'not_due');
    assert.equal(early.status === 'not_due' && early.dueAt, at('01:30', NEXT_DAY) + 16 * HOUR_MS + 25 * 60_000);
    assert.equal((await close('pol_day', true)).status, 'issued');
    const period = await services.models.periods.findById(`pol_day/${DAY}`).lean();
    assert.equal(period?.state, 'open', 'closed before its time: looked at again when due');
    clock.set(AFTER);
    assert.equal((await close()).status, 'nothing_new');
  });

  it('computes hours and orders from the fold', async () => {
    await report(
      ...shift('a', '08:00', '10:30', { policyId: 'pol_hour' }),
      ...shift('b', '08:00', '08:10', { policyId: 'pol_hour' }),
    );
    for (const order of ['1', '2', '3']) {
      const one = { worker: 'c', order, policyId: 'pol_order', time: at(`09:0${order}`) };
      await report({ ...one, type: 'order.accepted' }, { ...one, type: 'order.completed', time: at(`09:1${order}`) });
    }
    await close('pol_hour');
    assert.deepEqual(await lines(), ['charge 1 150 x150', 'charge 1 60 x60']);
    await close('pol_order');
    assert.deepEqual(await lines(), ['charge 1 150 x150', 'charge 1 3 x3', 'charge 1 60 x60']);
  });

  it('puts what is reported late on the next statement, as credit and debit lines', async () => {
    await report({ worker: 'a', policyId: 'pol_hour' }, ...shift('b', '08:00', '09:00', { policyId: 'pol_hour' }));
    await close('pol_hour');
    assert.deepEqual(await lines(), ['charge 1 60 x60', 'charge 1 960 x960']);

    clock.advance(24 * HOUR_MS);
    const late = clock.now();
    await report(
      { type: 'shift.ended', worker: 'a', time: at('12:00'), receivedAt: late, policyId: 'pol_hour' },
      ...shift('b', '14:00', '16:00', { policyId: 'pol_hour', shift: 'b2' }),
    );
    clock.advance(2 * HOUR_MS);
    assert.equal((await close('pol_hour', true)).status, 'issued');
    assert.equal(await services.models.statements.countDocuments(), 2);
    assert.deepEqual(await lines(), [
      'charge 1 60 x60',
      'charge 1 960 x960',
      'credit 2 -720 x-720',
      'debit 2 120 x120',
    ]);
  });

  it('writes no statement for a day whose shifts were all cancelled in time', async () => {
    await report({ worker: 'a' }, { type: 'shift.cancelled', worker: 'a', time: at('08:05') });
    assert.deepEqual(await close(), { status: 'nothing_new' });
    assert.equal(await services.models.statements.countDocuments(), 0);
  });

  it('refuses a day that no event names, and anybody but an operator', async () => {
    await assert.rejects(close(), { code: 'period_not_found' });
  });

  it('8 closers at once: one statement', async () => {
    await report(...workers(60));
    const results = await Promise.all(Array.from({ length: 8 }, () => close('pol_day', false, { batchSize: 10 })));
    assert.equal(results.filter(({ status }) => status === 'issued').length, 1);
    assert.equal(await services.models.statements.countDocuments(), 1);
    assert.equal(await services.models.statementLines.countDocuments(), 60);
  });

  for (const [step, times] of [
    ['taken', 1],
    ['batch', 1],
    ['batch', 3],
    ['batch', 6],
  ] as const) {
    it(`killed after ${step} ${times}: nothing is seen, and the close is finished behind it, not begun again`, async () => {
      await report(...workers(60));
      let left: number = times;
      const killed = close('pol_day', false, {
        batchSize: 10,
        after: async (reached) => {
          if (reached === step && --left === 0) throw new Error('killed');
        },
      });
      await assert.rejects(killed, /killed/);
      assert.equal(await services.models.statements.countDocuments(), 0);
      assert.equal((await close()).status, 'busy');

      clock.advance(CLOSE_LEASE_MS);
      let batches = 0;
      const finished = await close('pol_day', false, {
        batchSize: 10,
        after: async (reached) => void (batches += reached === 'batch' ? 1 : 0),
      });
      assert.equal(finished.status === 'issued' && finished.lineCount, 60);
      assert.equal(batches, step === 'taken' ? 6 : 6 - times);
    });
  }

  it('a closer that was only asleep can write nothing once it was taken over', async () => {
    await report(...workers(40));
    const asleep = await close('pol_day', false, {
      batchSize: 10,
      after: async (step) => {
        if (step !== 'batch' || (await services.models.statements.countDocuments()) > 0) return;
        clock.advance(CLOSE_LEASE_MS + 1);
        assert.equal((await close('pol_day', false, { batchSize: 10 })).status, 'issued');
      },
    });
    assert.equal(asleep.status, 'nothing_new');
    assert.equal(await services.models.statementLines.countDocuments(), 40);
  });

  it('what is received while a close is interrupted comes on the next statement, if the close was past its worker', async () => {
    clock.set(at('20:00'));
    await report(...workers(30));
    const killed = close('pol_day', true, {
      batchSize: 10,
      after: async (step) => {
        if (step === 'batch') throw new Error('killed');
      },
    });
    await assert.rejects(killed, /killed/);
    clock.advance(CLOSE_LEASE_MS);
    const now = { time: clock.now(), receivedAt: clock.now() };
    await report(...Array.from({ length: 20 }, (_, i) => ({ worker: `new${i}`, ...now })));
    const resumed = await close('pol_day', true);
    assert.equal(resumed.status, 'issued');
    clock.set(AFTER);
    assert.equal((await close()).status, 'issued');
    assert.equal(await services.models.statementLines.countDocuments(), 50);
    const statements = await services.models.statements.find().sort({ closeKey: 1 }).lean();
    assert.deepEqual(
      statements.map(({ closeKey }) => closeKey),
      [`close:pol_day:${DAY}:1`, `close:pol_day:${DAY}:2`],
    );
    assert.equal((statements[0]?.lineCount ?? 0) >= 30, true);
  });

  it('closes 5,000 workers in bounded time', async function () {
    this.timeout(60_000);
    await report(...Array.from({ length: 5_000 }, (_, i) => shift(`w${i}`, '08:00', '17:00')).flat());
    const startedAt = process.hrtime.bigint();
    const result = await close();
    const ms = Number((process.hrtime.bigint() - startedAt) / 1_000_000n);
    assert.equal(result.status === 'issued' && result.total.amount, 1_500_000);
    assert.equal(ms < 20_000, true, `took ${ms} ms`);
  });
});
