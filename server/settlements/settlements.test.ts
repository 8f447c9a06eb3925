import assert from 'node:assert/strict';
import { money } from '../../programs/money.ts';
import { closeThrough } from '../billing/close-through.ts';
import { premiumBalances } from '../billing/testing/check-premium.ts';
import { checkStatements } from '../billing/testing/check-statements.ts';
import { at, clearWorkday, openWorkday, storeEvents, TEST_OPERATOR } from '../billing/testing/workday.ts';
import { fundCarrierFloat } from '../carriers/fund-float.ts';
import { createCarrier } from '../carriers/create-carrier.ts';
import type { MovableClock } from '../clock.ts';
import { toLong } from '../database/longs.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { closeMonth } from '../ledger/books/close-month.ts';
import { closeMonths as close } from '../ledger/testing/close-months.ts';
import type { OpenServices } from '../open-services.ts';
import { createPayee } from '../payees/set-payee.ts';
import { createSettlement } from './create-settlement.ts';
import { paySettlement } from './pay-settlement.ts';
import { reconcileMonth } from './reconcile-month.ts';
import { settleDueMonths } from './settle-due-months.ts';
import type { SettlementDocument } from './settlement-model.ts';

const MARCH = { carrierId: 'car_test', month: '2026-03', currency: 'CNY' };
const APRIL = { ...MARCH, month: '2026-04' };
const AFTER = at('12:00', '2026-05-05');

describe('settlements', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => {
    ({ services, clock } = await openWorkday(database));
    await createCarrier(services, {
      actor: TEST_OPERATOR,
      carrierId: 'car_test',
      name: 'Test Insurance',
      licence: '1',
    });
    await createPayee(services, {
      actor: TEST_OPERATOR,
      holder: { kind: 'carrier', id: 'car_test' },
      relation: 'self',
      destination: {
        ...{ kind: 'bank_account', holder: 'Test Insurance', country: 'CN', bankCode: '102100099996' },
        accountNumber: '6222000200112233',
      },
    });
  });
  beforeEach(async () => {
    clock.set(AFTER);
    await clearWorkday(services);
    await services.models.policyRevisions.updateMany({}, { $unset: { netting: '' } });
  });

  /** Riders who work on some days, and the closed days of it. */
  const work = async (riders: number, days: readonly string[], policyId = 'pol_day') => {
    const events = days.flatMap((day) =>
      Array.from({ length: riders }, (_, i) => ({ worker: `${policyId}-${i}`, day, policyId })),
    );
    await storeEvents(services, events);
    await closeDays(policyId);
  };
  const closeDays = (policyId = 'pol_day') =>
    closeThrough(services, { actor: TEST_OPERATOR, policyId, through: '2026-05-01' });
  const closeMonths = (...months: string[]) => close(services, clock, { actor: TEST_OPERATOR, months });
  const settle = (of = MARCH) => createSettlement(services, { actor: TEST_OPERATOR, ...of });
  const amounts = ({
    premium,
    payable,
    commission,
    levies,
    carriedIn,
    netted,
    toPay,
    carriedOut,
  }: SettlementDocument) =>
    [
      premium,
      payable,
      commission,
      levies.map(({ amount }) => amount).join(),
      carriedIn,
      netted,
      toPay,
      carriedOut,
    ].join(' ');

  it('settles a closed month: equal in five ways, once, with the news of it', async () => {
    await work(7, ['2026-03-02', '2026-03-03']);
    await work(2, ['2026-03-30'], 'pol_hour');
    await closeMonths('2026-03');
    const settlement = await settle();
    assert.equal(amounts(settlement), '6120 5210 861 49 0 0 5210 0');
    assert.deepEqual(settlement.figures, {
      covers: 6120,
      lines: 6120,
      statements: 6120,
      bordereau: 6120,
      ledger: 6120,
    });
    assert.deepEqual([settlement.state, settlement.statementCount, settlement.lineCount], ['issued', 3, 16]);
    const before = await premiumBalances(services);
    const again = await Promise.all([settle(), settle(), settle()]);
    assert.ok(again.every(({ _id }) => _id === settlement._id));
    assert.deepEqual(await premiumBalances(services), before);
    assert.equal(await services.models.settlements.countDocuments(), 1);
    const news = await services.models.events.find({ type: 'settlement.issued' }).lean();
    assert.deepEqual(
      news.map(({ audienceKey, data }) => [audienceKey, data['total']]),
      [['carrier:car_test', { amount: 5210, currency: 'CNY' }]],
    );
    assert.equal((await services.models.bordereaux.findOne().lean())?.settlementId, settlement._id);
    await checkStatements(services);
  });

  it('several at once make one settlement', async () => {
    await work(3, ['2026-03-02']);
    await closeMonths('2026-03');
    await services.models.policyRevisions.updateMany({ policyId: 'pol_day' }, { $set: { netting: true } });
    const all = await Promise.all([settle(), settle(), settle(), settle()]);
    assert.equal(new Set(all.map(({ _id }) => _id)).size, 1);
    assert.equal(await services.models.transfers.countDocuments({ kind: 'premium_netted' }), 1);
    await checkStatements(services);
  });

  it('nets what the policies allow, into the claims float, beside what the carrier paid in', async () => {
    await work(10, ['2026-03-02']);
    await work(1, ['2026-03-02'], 'pol_hour');
    await closeMonths('2026-03');
    await services.models.policyRevisions.updateMany({ policyId: 'pol_day' }, { $set: { netting: true } });
    const payment = { carrierId: 'car_test', amount: money(100_000, 'CNY'), cash: 'bank', ref: 'B-17' };
    const fund = (more: Partial<typeof payment> = {}) =>
      fundCarrierFloat(services, { actor: TEST_OPERATOR, ...payment, ...more });
    assert.equal((await fund()).booked, true);
    assert.equal((await fund()).booked, false);
    await assert.rejects(fund({ amount: money(1, 'CNY') }), { code: 'float_ref_reused' });
    await assert.rejects(fund({ carrierId: 'car_none' }), { code: 'carrier_not_found' });
    await assert.rejects(fund({ amount: money(0, 'CNY') }), { code: 'float_invalid' });
    assert.equal(amounts(await settle()), '3960 3363 565 32 0 2526 837 0');
    assert.deepEqual(await premiumBalances(services), [
      'carrier:car_test:claims_float:CNY  CNY -1025.26',
      'carrier:car_test:premium_payable:CNY  CNY -8.37',
      'cash:bank:CNY  CNY 1000.00',
      'levy:cisf:payable:CNY  CNY -0.32',
      'parasol:commission:CNY  CNY -5.65',
      'policy:pol_day:receivable:CNY  CNY 30.00',
      'policy:pol_hour:receivable:CNY  CNY 9.60',
    ]);
    await checkStatements(services);
  });

  it('is paid out once, from the premium payable to the carrier itself, and waits where the cash is not there yet', async () => {
    await work(7, ['2026-03-02']);
    await closeMonths('2026-03');
    const { _id: settlementId } = await settle();
    const pay = () => paySettlement(services, { actor: TEST_OPERATOR, settlementId });
    const paid = await Promise.all([pay(), pay(), pay()]);
    assert.equal(new Set(paid.map(({ payoutId }) => payoutId)).size, 1);
    assert.equal((await pay()).state, 'payout_created');
    const payouts = await services.models.payouts.find().lean();
    assert.deepEqual(
      payouts.map(({ _id, state, amount, fundingAccount, holderId }) => {
        return [_id, state, amount.amount, fundingAccount, holderId];
      }),
      [[paid[0]?.payoutId, 'awaiting_funds', 1768, 'carrier:car_test:premium_payable:CNY', 'car_test']],
    );
    await assert.rejects(paySettlement(services, { actor: TEST_OPERATOR, settlementId: 'stl_none' }), {
      code: 'settlement_not_found',
    });
    await checkStatements(services);
  });

  it('a carrier without a payee is settled, and paid when it has one', async () => {
    await work(1, ['2026-03-02']);
    await closeMonths('2026-03');
    const payees = database.db.collection('payees');
    await payees.updateMany({}, { $set: { erasedAt: new Date(0) } });
    const due = () => settleDueMonths(services, { actor: TEST_OPERATOR });
    assert.deepEqual(await due(), { settled: 1, payouts: 0, failed: 1 });
    await payees.updateMany({}, { $set: { erasedAt: null } });
    assert.deepEqual(await due(), { settled: 0, payouts: 1, failed: 0 });
  });

  it('a late correction goes to the next month, which pays for what the closed one got too much', async () => {
    await storeEvents(services, [{ worker: 'w', policyId: 'pol_hour' }]);
    await closeDays('pol_hour');
    await closeMonths('2026-03');
    assert.equal(amounts(await settle()), '960 837 115 8 0 0 837 0');
    // Nobody had reported that w went home at noon.
    const ended = { worker: 'w', time: at('12:00'), receivedAt: clock.now(), policyId: 'pol_hour' };
    await storeEvents(services, [{ type: 'shift.ended', ...ended }]);
    await assert.rejects(reconcileMonth(services, MARCH), { code: 'settlement_not_ready' });
    clock.advance(1_000);
    await closeDays('pol_hour');
    await closeMonths('2026-04');
    assert.equal(amounts(await settle(APRIL)), '-720 -628 -86 -6 0 0 0 -628');
    assert.equal((await settle(APRIL)).state, 'nothing_to_pay');
    await work(3, ['2026-05-01']);
    clock.set(at('12:00', '2026-06-05'));
    await closeMonths('2026-05');
    assert.equal(amounts(await settle({ ...MARCH, month: '2026-05' })), '900 758 135 7 -628 0 130 0');
    await reconcileMonth(services, MARCH);
    await reconcileMonth(services, APRIL);
    await checkStatements(services);
  });

  it('waits for the books to be closed, for the month before, and for something to settle', async () => {
    await work(1, ['2026-03-02', '2026-04-02']);
    await assert.rejects(settle(), { code: 'month_not_closed' });
    await closeMonth(services, { actor: TEST_OPERATOR, month: '2026-03' });
    await assert.rejects(settle(), { code: 'month_not_closed' });
    clock.advance(10 * 60_000);
    assert.equal((await closeMonth(services, { actor: TEST_OPERATOR, month: '2026-03' })).status, 'closed');
    await closeMonths('2026-04');
    await assert.rejects(settle(APRIL), { code: 'settlement_out_of_order' });
    await assert.rejects(settle({ ...MARCH, currency: 'EUR' }), { code: 'bordereau_not_found' });
    await assert.rejects(settle({ ...MARCH, month: '2026-02' }), { code: 'bordereau_not_found' });
    const due = () => settleDueMonths(services, { actor: TEST_OPERATOR });
    assert.deepEqual(await due(), { settled: 2, payouts: 2, failed: 0 });
    assert.deepEqual(await due(), { settled: 0, payouts: 0, failed: 0 });
  });

  describe('refuses what does not agree, and names where', () => {
    const long = (name: string, amount: number) => ({ $set: { [name]: toLong(amount) } });
    const faults: [what: string, plant: () => Promise<unknown>, says: RegExp][] = [
      [
        'a cover that is charged nowhere',
        () => database.db.collection('statement_lines').deleteOne({ coverId: /2026-03-03/ }),
        /2026-03-03 under pol_day differs: covers CNY 9.00, lines CNY 6.00/,
      ],
      [
        'a line of another amount',
        () => database.db.collection('statement_lines').updateOne({ coverId: /2026-03-03/ }, long('amount', 301)),
        /2026-03-03 under pol_day differs: covers CNY 9.00, lines CNY 9.01/,
      ],
      [
        'a statement of another total',
        () => database.db.collection('statements').updateOne({ productDay: '2026-03-03' }, long('total.amount', 901)),
        /2026-03-03 under pol_day differs: lines CNY 9.00, statements CNY 9.01/,
      ],
      [
        'a bordereau that lacks a line',
        () => database.db.collection('bordereau_lines').deleteOne({ productDay: '2026-03-02' }),
        /2026-03-02 under pol_day differs: statements CNY 9.00, bordereau CNY 6.00/,
      ],
      [
        'a levy that is not booked',
        () => database.db.collection('ledger_transfers').deleteOne({ credit: 'levy:cisf:payable:CNY' }),
        /2026-03-02 under pol_day differs: bordereau CNY 9.00, ledger CNY 8.93/,
      ],
      [
        'premium on the account that no statement explains',
        () =>
          services.ledger.commit({
            id: 'stray',
            transfers: [
              {
                ...{ id: 'stray', kind: 'premium_charged', type: 'posted', amount: 5, effectiveOn: '2026-03-31' },
                debit: 'policy:pol_day:receivable:CNY',
                credit: 'carrier:car_test:premium_payable:CNY',
              },
            ],
          }),
        /took CNY 0.05 in 2026-03 that no statement of the month explains/,
      ],
    ];
    for (const [what, plant, says] of faults) {
      it(what, async () => {
        await work(3, ['2026-03-02', '2026-03-03']);
        // What is wrong in the ledger itself keeps its month from being closed: it can only go wrong afterwards.
        const early = what.startsWith('premium');
        if (early) await plant();
        await closeMonths('2026-03');
        if (!early) await plant();
        await assert.rejects(settle(), (error: Error & { code?: string }) => {
          assert.match(error.message, says);
          return error.code === 'settlement_mismatch';
        });
        assert.equal(await services.models.settlements.countDocuments(), 0);
        const due = await settleDueMonths(services, { actor: TEST_OPERATOR });
        assert.deepEqual(due, { settled: 0, payouts: 0, failed: 1 });
      });
    }
  });
});
