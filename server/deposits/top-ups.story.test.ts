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
import { noteDepositLevel } from './note-deposit-level.ts';
import { openEnvelope } from './open-envelope.ts';
import { readDeposits } from './read-deposits.ts';
import { recordTopUp } from './record-top-up.ts';
import { settleEnvelope } from './settle-envelope.ts';
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
  storeTopUp,
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
    await storeTopUp(services, 'open');
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
  const owed = async () => {
    const account = await services.models.accounts.findById(platformReceivable(PLATFORM, CURRENCY)).lean();
    return account === null ? 0 : account.debitsPosted - account.creditsPosted;
  };
  const stands = async () => ({ deposit: (await moneyOf(services)).deposit, owed: await owed() });
  /** Of a fact: what went to the deposit or came from it, and what beside. */
  const split = async (factId: string) => {
    const payment = await services.models.platformPayments.findById(factId).lean();
    return [payment?.booked, payment?.beside];
  };
  const cover = async (count: number, prefix: string) => {
    const one = await openProcess(world);
    const results = await startAll(one, workers(count, prefix));
    await one.close();
    return countOf(results, 'covered');
  };
  /** Services on which something happens after a use case has looked, before its unit is committed: once. */
  const meanwhile = (happens: () => Promise<unknown>): Services => {
    const { ledger } = services;
    let isOver = false;
    return {
      ...services,
      ledger: {
        async commit(unit) {
          if (!isOver) {
            isOver = true;
            await happens();
          }
          return ledger.commit(unit);
        },
        commitWithin: (session, units) => ledger.commitWithin(session, units),
        drain: () => ledger.drain(),
      },
    };
  };
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

  it('is low once, however often envelopes go and come back', async () => {
    await recordTopUp(services, paid('f1', 3_000));
    const which = { platformId: PLATFORM, currency: CURRENCY };
    for (const owner of ['one', 'two']) {
      await openEnvelope(services, { ...which, amount: 2_500, owner });
      await noteDepositLevel(services, which);
      const [envelope] = await services.models.envelopes.find({ state: 'open' }).lean();
      assert.ok(envelope && (await settleEnvelope(services, envelope)));
      await noteDepositLevel(services, which);
    }
    assert.deepEqual(await levels(), [['low', 3_000]]);
    assert.deepEqual(await told(), ['deposit.topped_up', 'deposit.low']);
  });

  it('taken back after it was spent: the deposit gives what it has, the rest is owed, cover stands', async () => {
    await recordTopUp(services, paid('f1', 3_000));
    const one = await openProcess(world);
    await startAll(one, workers(4, 'w'));
    await one.close();
    await Promise.all([1, 2].map(() => recordReversal(services, reversed('r1', 3_000))));
    assert.equal(await owed(), 4 * PRICE);
    assert.deepEqual(await moneyOf(services), { deposit: 0, envelopes: 0, prepaid: 4 * PRICE });
    assert.equal(await services.models.covers.countDocuments(), 4);
  });

  it('what is owed of a top-up that was taken back is paid first: nobody covers people with it twice', async () => {
    for (const round of ['a', 'b', 'c']) {
      await recordTopUp(services, paid(`paid-${round}`, 3_000));
      assert.equal(await cover(10, round), round === 'a' ? 10 : 0, round);
      await recordReversal(services, reversed(`back-${round}`, 3_000));
      assert.deepEqual(await stands(), { deposit: 0, owed: 3_000 }, round);
    }
    assert.deepEqual(
      [await split('paid-a'), await split('paid-b')],
      [
        [3_000, 0],
        [0, 3_000],
      ],
    );
    await recordTopUp(services, paid('last', 3_000));
    assert.deepEqual(await stands(), { deposit: 0, owed: 0 });
    await recordTopUp(services, paid('fresh', 3_000));
    assert.deepEqual(await stands(), { deposit: 3_000, owed: 0 });
  });

  it('what is paid beyond what is owed is the deposit, and the warning follows it', async () => {
    await recordTopUp(services, paid('f1', 3_000));
    await cover(4, 'w');
    await recordReversal(services, reversed('r1', 3_000));
    await recordTopUp(services, paid('f2', 3_000));
    assert.deepEqual(await stands(), { deposit: 1_800, owed: 0 });
    assert.deepEqual(await split('f2'), [1_800, 1_200]);
    const [state] = await readDeposits(services, { actor: OPERATOR });
    assert.deepEqual([state?.deposit.level, state?.deposit.lowBelow], ['ok', 360]);
  });

  it('a deposit that got nothing of a payment is as empty as before', async () => {
    await recordTopUp(services, paid('f1', 3_000));
    await cover(11, 'w');
    await recordReversal(services, reversed('r1', 3_000));
    await recordTopUp(services, paid('f2', 2_000));
    const [state] = await readDeposits(services, { actor: OPERATOR });
    assert.deepEqual([state?.deposit.level, state?.deposit.lowBelow, state?.available], ['empty', 600, 0]);
  });

  it('a payment and its refund leave nothing, whichever is heard of first, and twice', async () => {
    await recordReversal(services, reversed('r1', 3_000));
    assert.deepEqual(await stands(), { deposit: 0, owed: 3_000 });
    assert.equal(await recordTopUp(services, paid('f1', 3_000)), true);
    assert.equal(await recordTopUp(services, paid('f1', 3_000)), false);
    assert.deepEqual(await stands(), { deposit: 0, owed: 0 });
    await recordTopUp(services, paid('f2', 3_000));
    await recordReversal(services, reversed('r2', 3_000));
    await recordReversal(services, reversed('r1', 3_000));
    assert.deepEqual(await stands(), { deposit: 0, owed: 0 });
  });

  it('who looked before the other one booked looks again', async () => {
    const back = () => recordReversal(services, reversed('r1', 3_000));
    assert.equal(await recordTopUp(meanwhile(back), paid('f1', 3_000)), true);
    assert.deepEqual(await stands(), { deposit: 0, owed: 0 }, 'taken back while it was paid');
    const pay = () => recordTopUp(services, paid('f2', 3_000));
    await recordReversal(meanwhile(pay), reversed('r2', 3_000));
    assert.deepEqual(await stands(), { deposit: 0, owed: 0 }, 'paid while it was taken back');
  });

  it('no more is paid than is owed when the commit comes', async () => {
    await recordReversal(services, reversed('r1', 3_000));
    const writeOff = () =>
      services.ledger.commit({
        id: 'given-up',
        transfers: [
          {
            ...{ id: 'given-up', kind: 'written_off', type: 'posted', amount: 2_000, effectiveOn: '2026-03-01' },
            ...{ debit: `parasol:write_off:${CURRENCY}`, credit: platformReceivable(PLATFORM, CURRENCY) },
          },
        ],
      });
    assert.equal(await recordTopUp(meanwhile(writeOff), paid('f1', 3_000)), true);
    assert.deepEqual(await stands(), { deposit: 2_000, owed: 0 });
    assert.deepEqual(await split('f1'), [2_000, 1_000]);
  });

  it('two that apply one fact and split it otherwise book it once', async () => {
    await recordReversal(services, reversed('r1', 1_000));
    const pay = async () => {
      await recordReversal(services, reversed('r2', 1_000));
      assert.equal(await recordTopUp(services, paid('f1', 5_000)), true);
    };
    assert.equal(await recordTopUp(meanwhile(pay), paid('f1', 5_000)), false);
    assert.deepEqual(await stands(), { deposit: 3_000, owed: 0 });
    const back = async () => {
      await fillDeposit(world.services, 'more', 500);
      await recordReversal(services, reversed('r3', 4_000));
    };
    await recordReversal(meanwhile(back), reversed('r3', 4_000));
    assert.deepEqual(await stands(), { deposit: 0, owed: 500 });
  });

  it('two processes at once: nothing is owed while the deposit holds money, and all is booked once', async () => {
    const other = await openProcess(world);
    const both = [services, { ...other, payments: services.payments }];
    const rounds = [1, 2, 3, 4, 5, 6];
    await Promise.all(
      both.flatMap((each) =>
        rounds.flatMap((round) => [
          recordTopUp(each, paid(`f${round}`, 1_000 + round)),
          recordReversal(each, reversed(`r${round}`, 1_000 + round)),
        ]),
      ),
    );
    await other.close();
    assert.deepEqual(await stands(), { deposit: 0, owed: 0 });
    assert.equal(await services.models.platformPayments.countDocuments(), 2 * rounds.length);
  });

  it('what Stripe gives back is booked by itself, and never as a withdrawal too', async () => {
    await recordTopUp(services, paid('f1', 3_000));
    const input = { actor: OPERATOR, platformId: PLATFORM, amount: { amount: 100, currency: CURRENCY } };
    await assert.rejects(
      withdrawDeposit(services, { ...input, provider: 'stripe', reference: 're_1' }),
      refusalOf('withdrawal_books_itself'),
    );
    assert.deepEqual(await stands(), { deposit: 3_000, owed: 0 });
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
