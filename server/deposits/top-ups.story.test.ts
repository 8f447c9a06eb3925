import assert from 'node:assert/strict';
import { local } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { recordReversal } from '../invoices/record-reversal.ts';
import { fakeCollector } from '../invoices/testing/fake-collector.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import type { FactOf } from '../payments/payment-fact.ts';
import { OPERATOR, refusalOf, type World } from '../platforms/testing/open-world.ts';
import type { Services } from '../services.ts';
import { platformReceivable } from './deposit-accounts.ts';
import { readDeposits } from './read-deposits.ts';
import { recordTopUp } from './record-top-up.ts';
import {
  clearPrepaid,
  CURRENCY,
  moneyOf,
  openPrepaid,
  openProcess,
  PLATFORM,
  PRICE,
  startAll,
  workers,
} from './testing/open-prepaid.ts';
import { withdrawDeposit } from './withdraw-deposit.ts';

describe('money into a deposit, and out of it', () => {
  const database = useTestDatabase();
  let world: World;
  let services: Services;
  before(async () => {
    world = await openPrepaid(database);
  });
  beforeEach(async () => {
    await clearPrepaid(world.services);
    world.clock.set(local('12:00'));
    services = { ...world.services, payments: { bank_file: fakeCollector() } };
    await services.models.topUps.create({
      ...{ _id: 'top_1', platformId: PLATFORM, reference: 'r', amount: 3_000, currency: CURRENCY, state: 'open' },
      ...{ successUrl: 'https://x.example', cancelUrl: 'https://x.example', idempotencyKey: 'top_1:1' },
      createdAt: new Date(world.clock.now()),
    });
  });
  afterEach(async () => assertBooks(services));

  const paid = (factId: string, amount: number): FactOf<'top_up_paid'> => ({
    ...{ kind: 'top_up_paid', provider: 'bank_file', factId, providerRef: factId },
    ...{ topUpId: 'top_1', platformId: PLATFORM, amount: { amount, currency: CURRENCY } },
    occurredAt: world.clock.now(),
  });
  const reversed = (factId: string, amount: number): FactOf<'payment_reversed'> => ({
    ...{ kind: 'payment_reversed', provider: 'bank_file', factId, providerRef: factId, cause: 'dispute_lost' },
    of: { topUpId: 'top_1', platformId: PLATFORM },
    amount: { amount, currency: CURRENCY },
    occurredAt: world.clock.now(),
  });
  const levels = async () =>
    (await readDeposits(services, { actor: OPERATOR })).map(({ deposit, available }) => [deposit.level, available]);
  const told = async () => (await services.models.events.find().sort({ sequence: 1 }).lean()).map(({ type }) => type);

  it('a fact is booked once, however often and at once it comes', async () => {
    const booked = await Promise.all([1, 2, 3, 4].map(() => recordTopUp(services, paid('f1', 3_000))));
    assert.deepEqual(booked.filter(Boolean).length, 1);
    assert.deepEqual(await levels(), [['ok', 3_000]]);
    assert.deepEqual(await told(), ['deposit.topped_up']);
    assert.equal((await services.models.topUps.findById('top_1').lean())?.state, 'paid');
  });

  it("nobody pays into another one's deposit", async () => {
    await assert.rejects(
      recordTopUp(services, { ...paid('f1', 1), platformId: 'plt_b' }),
      refusalOf('top_up_not_found'),
    );
  });

  it('is low below a fifth of what was paid in, empty when a day was refused: each told once', async () => {
    await recordTopUp(services, paid('f1', 10 * PRICE));
    const one = await openProcess(world);
    await startAll(one, workers(9, 'w'));
    await startAll(one, workers(4, 'more'));
    await startAll(one, workers(4, 'again'));
    await one.close();
    assert.deepEqual(await told(), ['deposit.topped_up', 'deposit.low', 'deposit.empty']);
    await recordTopUp(services, paid('f2', 10 * PRICE));
    assert.deepEqual(await levels(), [['ok', 10 * PRICE]]);
  });

  it('taken back after it was spent: the deposit gives what it has, the rest is owed, cover stands', async () => {
    await recordTopUp(services, paid('f1', 3_000));
    const one = await openProcess(world);
    await startAll(one, workers(4, 'w'));
    await one.close();
    await Promise.all([1, 2].map(() => recordReversal(services, reversed('r1', 3_000))));
    const owed = await services.models.accounts.findById(platformReceivable(PLATFORM, CURRENCY)).lean();
    assert.equal(owed?.debitsPosted, 4 * PRICE);
    assert.deepEqual(await moneyOf(services), { deposit: 0, envelopes: 0, prepaid: 4 * PRICE });
    assert.equal(await services.models.covers.countDocuments(), 4);
  });

  it('a withdrawal takes no more than is there, and books a reference once', async () => {
    await recordTopUp(services, paid('f1', 3_000));
    const take = (reference: string, amount: number) =>
      withdrawDeposit(services, {
        ...{ actor: OPERATOR, platformId: PLATFORM, provider: 'bank_file', reference },
        amount: { amount, currency: CURRENCY },
      });
    await assert.rejects(take('wire', 2_900), refusalOf('deposit_too_small'), 'the bank has not settled it');
    // The bank settled what was paid.
    await services.ledger.commit({
      id: 'settled',
      transfers: [
        {
          ...{ id: 'settled', kind: 'clearing_settled', type: 'posted', amount: 3_000, effectiveOn: '2026-03-01' },
          ...{ debit: `cash:bank:${CURRENCY}`, credit: `bank:clearing:${CURRENCY}` },
        },
      ],
    });
    await assert.rejects(take('too much', 3_001), refusalOf('deposit_too_small'));
    assert.deepEqual([await take('wire', 2_900), await take('wire', 2_900)], [true, false]);
    await assert.rejects(take('wire', 2_800), refusalOf('deposit_withdrawal_refused'));
    world.clock.advance(86_400_000);
    assert.equal(await take('wire', 2_900), false, 'nor another day');
    assert.deepEqual(await levels(), [['low', 100]]);
  });
});
