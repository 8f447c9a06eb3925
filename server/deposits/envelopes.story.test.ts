import assert from 'node:assert/strict';
import fc from 'fast-check';
import { local } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import type { OpenServices } from '../open-services.ts';
import type { World } from '../platforms/testing/open-world.ts';
import { openShiftIntake } from '../shifts/open-shift-intake.ts';
import { repairCovers } from '../shifts/repair-covers.ts';
import { settleEnvelopes } from './settle-envelopes.ts';
import {
  clearPrepaid,
  countOf,
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

const MINUTE_MS = 60_000;

describe('envelopes of a deposit (G21)', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openPrepaid(database);
  });
  beforeEach(async () => {
    await clearPrepaid(world.services);
    world.clock.set(local('12:00'));
  });
  afterEach(async () => assertBooks(world.services));

  /** Several processes, closed as at a shutdown when they are through. */
  async function withProcesses(count: number, use: (processes: readonly OpenServices[]) => Promise<void>) {
    const processes = await Promise.all(Array.from({ length: count }, () => openProcess(world)));
    await use(processes);
    for (const each of processes) await each.close();
  }
  const coverCount = () => world.services.models.covers.countDocuments();
  const eventsTold = async () =>
    (await world.services.models.events.find().sort({ sequence: 1 }).lean()).map(({ type }) => type);

  it('n affordable covers are sold exactly n times, whoever asks at once', async () => {
    await fillDeposit(world.services, 'in', 25 * PRICE);
    await withProcesses(1, async ([one]) => {
      assert.ok(one);
      const results = await startAll(one, workers(40, 'w'));
      assert.equal(countOf(results, 'covered'), 25);
      const refused = results.flatMap((result) =>
        'decision' in result && result.decision.outcome === 'not_covered' ? result.decision.reasons : [],
      );
      assert.deepEqual(new Set(refused), new Set(['deposit_empty']));
    });
    assert.deepEqual(await moneyOf(world.services), { deposit: 0, envelopes: 0, prepaid: 25 * PRICE });
  });

  it('the same with several processes, and the books hold', async () => {
    await fccheck(async ({ affordable, rest, asked, processes }) => {
      await clearPrepaid(world.services);
      await fillDeposit(world.services, 'in', affordable * PRICE + rest);
      let sold = 0;
      await withProcesses(processes, async (all) => {
        const results = await Promise.all(all.map((each, at) => startAll(each, workers(asked, `p${at}`))));
        sold = countOf(results.flat(), 'covered');
      });
      // Whoever was refused while another process held the last days finds them again when these were given back.
      const again = await withOne(async (one) => startAll(one, workers(affordable, 'again')));
      assert.equal(sold + countOf(again, 'covered'), affordable);
      assert.equal(await coverCount(), affordable);
      assert.deepEqual(await moneyOf(world.services), { deposit: rest, envelopes: 0, prepaid: affordable * PRICE });
    });
  });

  async function withOne<T>(use: (one: OpenServices) => Promise<T>): Promise<T> {
    const one = await openProcess(world);
    try {
      return await use(one);
    } finally {
      await one.close();
    }
  }

  const fccheck = (
    property: (given: { affordable: number; rest: number; asked: number; processes: number }) => Promise<void>,
  ) =>
    fc.assert(
      fc.asyncProperty(
        fc
          .record({
            affordable: fc.integer({ min: 1, max: 80 }),
            rest: fc.integer({ min: 0, max: PRICE - 1 }),
            asked: fc.integer({ min: 20, max: 90 }),
            processes: fc.integer({ min: 1, max: 4 }),
          })
          .filter(({ affordable, asked, processes }) => asked * processes >= affordable),
        property,
      ),
      { numRuns: 12 },
    );

  it('a lone worker after another waits for an envelope once, not for each event', async () => {
    await fillDeposit(world.services, 'in', 1_000 * PRICE);
    await withOne(async (one) => {
      for (const worker of workers(30, 'w')) await startAll(one, [worker]);
      assert.ok((await one.models.envelopes.countDocuments()) <= 2);
    });
  });

  it('a replay, a second shift of the day and a dry run spend nothing', async () => {
    await fillDeposit(world.services, 'in', 10 * PRICE);
    await withOne(async (one) => {
      const [dry] = await one.intake.dryRun([startOf('w')], { platformId: PLATFORM, via: 'api' });
      assert.ok(dry && 'decision' in dry);
      assert.equal(dry.decision.outcome, 'covered');
      assert.equal(await one.models.envelopes.countDocuments(), 0);
      const first = await startAll(one, ['w', 'w', 'w']);
      assert.equal(countOf(first, 'covered'), 3, 'two of them are replays of the one');
      const second = startOf('w', { id: 'second', time: local('12:00') });
      const [later] = await one.intake.submit([second], { platformId: PLATFORM, via: 'api' });
      assert.ok(later && 'decision' in later);
      assert.equal(later.decision.outcome, 'already_covered');
    });
    assert.deepEqual(await moneyOf(world.services), { deposit: 9 * PRICE, envelopes: 0, prepaid: PRICE });
  });

  it('two processes that open the same day at once pay once', async () => {
    await fillDeposit(world.services, 'in', 100 * PRICE);
    await withProcesses(2, async ([one, two]) => {
      assert.ok(one && two);
      const names = workers(20, 'w');
      const starts = (prefix: string, services: OpenServices) =>
        names.map((name) =>
          services.intake.submit([startOf(name, { id: `${prefix}-${name}` })], { platformId: PLATFORM, via: 'api' }),
        );
      const results = (await Promise.all([...starts('a', one), ...starts('b', two)])).flat();
      assert.equal(countOf(results, 'covered'), 20);
      assert.equal(countOf(results, 'already_covered'), 20);
    });
    assert.deepEqual(await moneyOf(world.services), { deposit: 80 * PRICE, envelopes: 0, prepaid: 20 * PRICE });
  });

  it('after a crash the covers are counted, and the rest goes back', async () => {
    await fillDeposit(world.services, 'in', 100 * PRICE);
    const crashed = await openProcess(world);
    await startAll(crashed, workers(7, 'w'));
    // One cover never reached the database: its event brings it back, with the envelope that paid for it.
    await crashed.models.covers.deleteOne({});
    const now = local('12:03');
    world.clock.set(now);
    assert.equal((await settleEnvelopes(world.services, { now })).envelopes, 0, 'covers may still come');
    world.clock.set(local('12:10'));
    assert.equal((await settleEnvelopes(world.services, { now: local('12:10') })).envelopes, 0, 'not repaired yet');
    await repairCovers(world.services, { now: local('12:10') });
    const settled = await Promise.all([1, 2, 3].map(() => settleEnvelopes(world.services, { now: local('12:10') })));
    assert.equal(
      settled.reduce((sum, { envelopes }) => sum + envelopes, 0),
      1,
      'by one of three',
    );
    assert.deepEqual(await moneyOf(world.services), { deposit: 93 * PRICE, envelopes: 0, prepaid: 7 * PRICE });
    const [envelope] = await world.services.models.envelopes.find().lean();
    assert.equal(envelope?.amount, (envelope?.drawn ?? 0) + (envelope?.returned ?? 0), 'declared = drawn + returned');
  });

  it('a flush that failed after it had paid is counted too, and its envelope is used no more', async () => {
    await fillDeposit(world.services, 'in', 100 * PRICE);
    await withOne(async (one) => {
      await startAll(one, ['before']);
      const admin = database.client.db('admin');
      const failure = { failCommands: ['insert'], errorCode: 8, namespace: `${database.db.databaseName}.covers` };
      await admin.command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data: failure });
      const failed = await startAll(one, ['lost']);
      await admin.command({ configureFailPoint: 'failCommand', mode: 'off' });
      assert.equal(countOf(failed, 'unknown'), 1);
      assert.equal(countOf(await startAll(one, ['lost', 'after']), 'covered'), 2);
      assert.equal(await one.models.envelopes.countDocuments(), 2);
    });
    world.clock.set(local('12:10'));
    await repairCovers(world.services, { now: local('12:10') });
    await settleEnvelopes(world.services, { now: local('12:10') });
    assert.equal(await coverCount(), 3);
    assert.deepEqual(await moneyOf(world.services), { deposit: 97 * PRICE, envelopes: 0, prepaid: 3 * PRICE });
  });

  it('what lies idle goes back when its time is over, and others can sell it', async () => {
    await fillDeposit(world.services, 'in', 40 * PRICE);
    const one = await openProcess(world);
    await startAll(one, ['w']);
    assert.equal((await moneyOf(one)).envelopes, 10 * PRICE);
    world.clock.advance(2 * MINUTE_MS);
    one.deposits.retire();
    await one.close();
    assert.deepEqual(await moneyOf(one), { deposit: 39 * PRICE, envelopes: 0, prepaid: PRICE });
  });

  it('what was there when it was asked for is spent, though the time of its envelope ends meanwhile', async () => {
    await fillDeposit(world.services, 'in', 100 * PRICE);
    await withOne(async (one) => {
      await startAll(one, ['w']);
      world.clock.advance(2 * MINUTE_MS - 1);
      await one.deposits.shortOf([{ platformId: PLATFORM, currency: CURRENCY, amount: PRICE, price: PRICE }]);
      // To decide a flush takes some milliseconds.
      world.clock.advance(50);
      const purse = one.deposits.openPurse();
      assert.ok(purse.pay('cov_1', PLATFORM, { amount: PRICE, currency: CURRENCY }));
      purse.stored(new Set(['cov_1']));
    });
  });

  it('a flush that waited too long for an envelope stores nothing (G19)', async () => {
    const shortOf = async () => void world.clock.advance(21_000);
    const intake = openShiftIntake({ ...world.services, deposits: { ...world.services.deposits, shortOf } });
    const [result] = await intake.submit([startOf('w')], { platformId: PLATFORM, via: 'api' });
    assert.equal(result?.status, 'unknown');
    assert.equal(await world.services.models.shiftEvents.countDocuments(), 0);
  });

  it('emptiness is told once, a top-up is seen by every process within a second', async () => {
    await fillDeposit(world.services, 'in', 2 * PRICE);
    await withOne(async (one) => {
      assert.equal(countOf(await startAll(one, workers(5, 'w')), 'covered'), 2);
      await startAll(one, workers(5, 'more'));
      await fillDeposit(world.services, 'in2', 2 * PRICE);
      assert.equal(countOf(await startAll(one, ['late']), 'covered'), 0);
      world.clock.advance(1_001);
      assert.equal(countOf(await startAll(one, ['later']), 'covered'), 1);
    });
    assert.deepEqual(await eventsTold(), ['deposit.empty']);
  });
});
