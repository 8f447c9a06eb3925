import assert from 'node:assert/strict';
import { Refusal } from '../../programs/refusal.ts';
import type { MovableClock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { OpenServices } from '../open-services.ts';
import { closeDay } from './close-day.ts';
import { closeThrough } from './close-through.ts';
import { postStatements, unpostedStatements } from './post-statements.ts';
import { bookedTable, premiumBalances } from './testing/check-premium.ts';
import { checkStatements } from './testing/check-statements.ts';
import { at, clearWorkday, DAY, openWorkday, storeEvents, TEST_OPERATOR, type Reported } from './testing/workday.ts';

const NEXT_DAY = '2026-03-03';
const HOUR_MS = 3_600_000;

/** A closed day and its premium in the books: issued, booked and told together, or not at all. */
describe('the premium of a closed day', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorkday(database)));
  beforeEach(() => {
    clock.set(at('23:00', NEXT_DAY));
    return clearWorkday(services);
  });
  afterEach(() => checkStatements(services));

  const close = (policyId = 'pol_day', using: OpenServices = services) =>
    closeDay(using, { actor: TEST_OPERATOR, policyId, productDay: DAY, force: true });
  const report = (...reports: Reported[]) => storeEvents(services, reports);
  const hours = (worker: string, from: string, to: string): Reported[] => [
    { worker, time: at(from), policyId: 'pol_hour' },
    { type: 'shift.ended', worker, time: at(to), policyId: 'pol_hour' },
  ];
  /** As if issued by a version that knew no ledger. */
  const forgetBooking = async () => {
    const { db } = database;
    await db.collection('statements').updateMany({}, { $unset: { effectiveOn: '', month: '', shares: '' } });
    const names = ['bordereaux', 'bordereau_lines', 'ledger_transfers', 'ledger_accounts'];
    for (const name of names) await db.collection(name).deleteMany({});
  };

  it('story: riders and a warehouse are closed, a forgotten end is reported late, and the books of it', async () => {
    await report(...['a', 'b', 'c'].map((worker) => ({ worker })), { worker: 'd', policyId: 'pol_hour' });
    await close();
    clock.advance(1);
    // Nobody reported that d went home: 16 hours at CNY 0.60.
    await close('pol_hour');
    clock.advance(24 * HOUR_MS);
    // d went home at noon, and it is reported a day later: 12 hours go back.
    await report({
      type: 'shift.ended',
      worker: 'd',
      time: at('12:00'),
      receivedAt: clock.now(),
      policyId: 'pol_hour',
    });
    await close('pol_hour');
    assert.equal(
      `\n${await bookedTable(services)}\n`,
      `
2026-03-02  premium_charged   CNY 7.58  policy:pol_day:receivable:CNY         -> carrier:car_test:premium_payable:CNY
2026-03-02  premium_charged   CNY 1.35  policy:pol_day:receivable:CNY         -> parasol:commission:CNY
2026-03-02  premium_charged   CNY 0.07  policy:pol_day:receivable:CNY         -> levy:cisf:payable:CNY
2026-03-02  premium_charged   CNY 8.37  policy:pol_hour:receivable:CNY        -> carrier:car_test:premium_payable:CNY
2026-03-02  premium_charged   CNY 1.15  policy:pol_hour:receivable:CNY        -> parasol:commission:CNY
2026-03-02  premium_charged   CNY 0.08  policy:pol_hour:receivable:CNY        -> levy:cisf:payable:CNY
2026-03-02  premium_credited  CNY 6.28  carrier:car_test:premium_payable:CNY  -> policy:pol_hour:receivable:CNY
2026-03-02  premium_credited  CNY 0.86  parasol:commission:CNY                -> policy:pol_hour:receivable:CNY
2026-03-02  premium_credited  CNY 0.06  levy:cisf:payable:CNY                 -> policy:pol_hour:receivable:CNY
`,
    );
    assert.deepEqual(await premiumBalances(services), [
      'carrier:car_test:premium_payable:CNY  CNY -9.67',
      'levy:cisf:payable:CNY  CNY -0.09',
      'parasol:commission:CNY  CNY -1.64',
      'policy:pol_day:receivable:CNY  CNY 9.00',
      'policy:pol_hour:receivable:CNY  CNY 2.40',
    ]);
  });

  it('tells the platform once, in the same unit', async () => {
    await report({ worker: 'a' });
    await close();
    await close();
    const news = await services.models.events.find().lean();
    const statement = await services.models.statements.findOne().lean();
    assert.deepEqual(
      news.map(({ type, audienceKey, data }) => [type, audienceKey, data['statementId'], data['total']]),
      [['statement.issued', 'platform:plt_test', statement?._id, { amount: 300, currency: 'CNY' }]],
    );
  });

  it('a result that is lost after the commit: the next close finds it done', async () => {
    await report({ worker: 'a' });
    const lossy: OpenServices = {
      ...services,
      ledger: {
        ...services.ledger,
        commit: async (unit) => {
          await services.ledger.commit(unit);
          throw new Refusal('unavailable', 'ledger_unavailable', 'The answer is lost.');
        },
      },
    };
    await assert.rejects(close('pol_day', lossy), { code: 'ledger_unavailable' });
    assert.deepEqual(await close(), { status: 'nothing_new' });
    assert.equal(await services.models.statements.countDocuments(), 1);
  });

  it('a refusal that is a bug of ours: nothing of the close is seen', async () => {
    await report({ worker: 'a' });
    const wrong: OpenServices = {
      ...services,
      ledger: {
        ...services.ledger,
        commit: async () => ({ status: 'refused', code: 'transfer_id_reused', message: 'another content' }),
      },
    };
    await assert.rejects(close('pol_day', wrong), /transfer_id_reused/);
    assert.equal(await services.models.statements.countDocuments(), 0);
    assert.equal(await services.models.transfers.countDocuments(), 0);
    assert.equal(await services.models.events.countDocuments(), 0);
  });

  it('goes to the first open day, where the month of the product day is closed', async () => {
    await report({ worker: 'a' });
    await database.db.collection<{ _id: string }>('ledger_months').insertMany([{ _id: '2026-03' }, { _id: '2026-04' }]);
    await close();
    const statement = await services.models.statements.findOne().lean();
    assert.deepEqual([statement?.productDay, statement?.effectiveOn, statement?.month], [DAY, '2026-05-01', '2026-05']);
  });

  it('a month that is closed while a close is being finished: looked at again', async () => {
    await report({ worker: 'a' });
    let asked = 0;
    const racing: OpenServices = {
      ...services,
      ledger: {
        ...services.ledger,
        commit: async (unit) => {
          asked += 1;
          if (asked === 1) await database.db.collection<{ _id: string }>('ledger_months').insertOne({ _id: '2026-03' });
          return services.ledger.commit(unit);
        },
      },
    };
    assert.equal((await close('pol_day', racing)).status, 'issued');
    assert.equal(asked, 2);
    assert.equal((await services.models.statements.findOne().lean())?.month, '2026-04');
  });

  it('a policy that changed its carrier: each cover is premium of the carrier whose terms it froze', async () => {
    const first = await services.models.policyRevisions.findById('pol_day/1').lean();
    assert.ok(first);
    await services.models.policyRevisions.create({ ...first, _id: 'pol_day/2', revision: 2, carrierId: 'car_other' });
    await report({ worker: 'a' }, { worker: 'b' });
    const covers = () => services.models.covers;
    await closeThrough(services, { actor: TEST_OPERATOR, policyId: 'pol_day', through: '2026-03-01' });
    await close();
    assert.equal(await covers().countDocuments(), 2);
    await services.models.covers.updateOne({ workerId: { $exists: true } }, { $set: { policyRevision: 2 } });
    await forgetBooking();
    await postStatements(services, { actor: TEST_OPERATOR });
    const statement = await services.models.statements.findOne().lean();
    assert.deepEqual(
      statement?.shares?.map(({ carrierId, amount, lineCount }) => [carrierId, amount, lineCount]),
      [
        ['car_other', 300, 1],
        ['car_test', 300, 1],
      ],
    );
    await services.models.policyRevisions.deleteOne({ _id: 'pol_day/2' });
  });

  it('a correction of nothing but quantity moves no money, and is booked all the same', async () => {
    await report(...hours('a', '08:00', '08:10'));
    await close('pol_hour');
    clock.advance(HOUR_MS);
    const before = await premiumBalances(services);
    await report({
      type: 'shift.ended',
      worker: 'a',
      time: at('08:20'),
      receivedAt: at('08:25'),
      policyId: 'pol_hour',
    });
    await close('pol_hour');
    assert.deepEqual(await premiumBalances(services), before);
  });

  describe('postStatements', () => {
    it('books what was issued before there was a ledger, once, however many do so at once', async () => {
      await report(...Array.from({ length: 1_200 }, (_, i) => ({ worker: `w${i}` })), ...hours('d', '08:00', '12:30'));
      await close();
      await close('pol_hour');
      const booked = await premiumBalances(services);
      await forgetBooking();
      assert.equal(await unpostedStatements(services), 2);
      const counts = await Promise.all([1, 2, 3].map(() => postStatements(services, { actor: TEST_OPERATOR })));
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        2,
      );
      assert.equal(await postStatements(services, { actor: TEST_OPERATOR }), 0);
      assert.deepEqual(await premiumBalances(services), booked);
    });

    it('goes on where it was killed, and where a batch of an older version left no bordereau lines', async () => {
      await report(...Array.from({ length: 700 }, (_, i) => ({ worker: `w${i}` })));
      await close();
      await forgetBooking();
      await services.models.statementLines.findOne().lean();
      const failing: OpenServices = {
        ...services,
        ledger: { ...services.ledger, commit: () => Promise.reject(new Error('killed')) },
      };
      await assert.rejects(postStatements(failing, { actor: TEST_OPERATOR }), /killed/);
      await services.models.bordereauLines.deleteMany({ workerId: { $lt: 'wrk_g' } });
      assert.equal(await postStatements(services, { actor: TEST_OPERATOR }), 1);
    });
  });
});
