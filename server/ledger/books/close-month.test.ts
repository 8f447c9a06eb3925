import assert from 'node:assert/strict';
import { Long } from 'mongodb';
import { hourMs } from '../../../programs/calendar.ts';
import type { DirectTransfer } from '../../../programs/ledger/transfer.ts';
import type { ActorOf } from '../../actor.ts';
import type { MovableClock } from '../../clock.ts';
import { inTransaction } from '../../database/transaction.ts';
import { useTestDatabase } from '../../database/testing/test-database.ts';
import type { OpenServices } from '../../open-services.ts';
import { openWorld, refusalOf } from '../../platforms/testing/open-world.ts';
import type { LedgerUnit } from '../ledger.ts';
import { assertBooks } from '../testing/assert-books.ts';
import { DEPOSIT, WORLD } from '../testing/book-story.ts';
import { blockRows, monthRows } from './book-documents.ts';
import { closeMonth, endOfMonth } from './close-month.ts';
import { SEAL_AFTER_MS } from './seal-blocks.ts';
import { trialBalance } from './trial-balance.ts';

const ACTOR: ActorOf<'operator'> = {
  kind: 'operator',
  operatorId: 'opr_accountant',
  scopes: new Set(['ledger:write']),
};
const MONTH = '2026-03';
const OVER = endOfMonth(MONTH);

const unit = (id: string, effectiveOn: string, amount = 100): LedgerUnit => {
  const transfer: DirectTransfer = {
    ...{ id, kind: 'deposit_topped_up', type: 'posted' },
    ...{ debit: WORLD, credit: DEPOSIT, amount, effectiveOn },
  };
  return { id: `unit:${id}`, transfers: [transfer] };
};

describe('closing a month (M10)', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  before(async () => ({ services, clock } = await openWorld(database)));
  beforeEach(async () => {
    for (const { collectionName } of await database.db.collections()) {
      if (collectionName.startsWith('ledger_')) await database.db.collection(collectionName).deleteMany({});
    }
    clock.set(OVER);
  });
  afterEach(() => assertBooks(services));

  const close = () => closeMonth(services, { actor: ACTOR, month: MONTH });
  const commit = async (id: string, effectiveOn: string) => {
    const result = await services.ledger.commit(unit(id, effectiveOn));
    return result.status === 'refused' ? result.code : result.status;
  };
  const closed = async () => {
    assert.equal((await close()).status, 'closing');
    clock.advance(SEAL_AFTER_MS);
    return close();
  };

  it('waits until the last day is over everywhere on Earth', async () => {
    assert.equal(OVER, Date.UTC(2026, 3, 1, 12));
    clock.set(OVER - 1);
    await assert.rejects(close(), refusalOf('month_not_over'));
    assert.equal(await monthRows(database.db).countDocuments(), 0);
  });

  it('closes for ever, with the head of the chain; other months stay open', async () => {
    assert.equal(await commit('a', '2026-03-31'), 'committed');
    const first = await closed();
    assert.equal(first.status, 'closed');
    const head = await blockRows(database.db).findOne({}, { sort: { _id: -1 } });
    assert.deepEqual(
      [first.month.headHash, first.month.closedBy, first.month.closedAt],
      [head?.hash, 'operator:opr_accountant', new Date(clock.now())],
    );
    assert.equal(await commit('b', '2026-03-31'), 'month_closed');
    assert.equal(await commit('b', '2026-03-01'), 'month_closed');
    assert.equal(await commit('c', '2026-04-01'), 'committed');
    assert.equal(await commit('a', '2026-03-31'), 'replayed', 'what was booked before stays answered');
    clock.advance(hourMs);
    const again = await close();
    assert.ok(again.status === 'closed' && again.again);
    assert.deepEqual(again.month, first.month);
  });

  it('refuses from the first step on, and closes in the second only', async () => {
    const closing = await close();
    assert.ok(closing.status === 'closing' && closing.readyAt === OVER + SEAL_AFTER_MS);
    assert.equal(await commit('a', '2026-03-31'), 'month_closed');
    clock.advance(SEAL_AFTER_MS - 1);
    assert.equal((await close()).status, 'closing');
    clock.advance(1);
    assert.equal((await close()).status, 'closed');
  });

  it('two who close at once close once', async () => {
    await commit('a', '2026-03-31');
    assert.deepEqual(
      (await Promise.all([close(), close(), close()])).map(({ status }) => status),
      ['closing', 'closing', 'closing'],
    );
    clock.advance(SEAL_AFTER_MS);
    const results = await Promise.all([close(), close(), close()]);
    assert.deepEqual(results.map((result) => result.status === 'closed' && !result.again).filter(Boolean), [true]);
    assert.equal(new Set(results.map(({ month }) => month.headHash)).size, 1);
  });

  it('a commit that began before it gets in, sealed and counted with the month', async () => {
    await commit('a', '2026-03-31');
    await inTransaction(database, async (session) => {
      // The transaction's moment is taken by its first read.
      await database.db.collection('ledger_months').findOne({}, { session });
      assert.equal((await close()).status, 'closing');
      clock.advance(hourMs / 120);
      const [result] = await services.ledger.commitWithin(session, [unit('straggler', '2026-03-31')]);
      assert.equal(result?.status, 'committed', 'its moment has no such month');
    });
    clock.set(OVER + SEAL_AFTER_MS);
    const waiting = await close();
    assert.ok(waiting.status === 'closing', 'it is not sealed yet');
    clock.set(waiting.readyAt);
    const { month } = await close();
    const head = await blockRows(database.db).findOne({ _id: month.headBlock ?? 0 });
    assert.equal(head?.toKey.id, 'straggler');
    assert.equal(await commit('b', '2026-03-31'), 'month_closed');
  });

  it('holds under a storm of commits: what is in the month when it is closed is all that ever is', async () => {
    let refused = 0;
    const storm = Array.from({ length: 20 }, async (_, caller) => {
      for (let n = 0; n < 20; n++) {
        if ((await commit(`storm:${caller}:${n}`, '2026-03-31')) === 'month_closed') refused += 1;
        if (caller === 7 && n === 7) await close();
      }
    });
    await Promise.all(storm);
    assert.ok(refused > 0);
    clock.advance(SEAL_AFTER_MS);
    assert.equal((await close()).status, 'closed');
    const [line] = (await trialBalance(services, { prefix: DEPOSIT })).lines;
    assert.equal(line?.creditsPosted, 100 * (400 - refused));
  });

  it('is refused while the books are wrong', async () => {
    await commit('a', '2026-03-31');
    const accounts = database.db.collection<{ _id: string }>('ledger_accounts');
    const spoil = (by: number) =>
      accounts.updateOne({ _id: DEPOSIT }, { $inc: { creditsPosted: Long.fromNumber(by) } });
    await spoil(1);
    await close();
    clock.advance(SEAL_AFTER_MS);
    await assert.rejects(close(), refusalOf('books_wrong'));
    await assert.rejects(closeMonth(services, { actor: ACTOR, month: '2026-02' }), refusalOf('books_wrong'));
    assert.equal(await monthRows(database.db).countDocuments({ closedAt: { $exists: true } }), 0);
    await spoil(-1);
    assert.equal((await close()).status, 'closed');
  });

  it('a transfer that is smuggled into a closed month is named', async () => {
    await commit('a', '2026-03-31');
    await commit('b', '2026-04-01');
    await closed();
    await commit('c', '2026-04-01');
    const transfers = database.db.collection<{ _id: string }>('ledger_transfers');
    await transfers.updateOne({ _id: 'c' }, { $set: { effectiveOn: '2026-03-31' } });
    await assert.rejects(assertBooks(services), /L10 .* c: It counts to 2026-03/);
    await transfers.updateOne({ _id: 'c' }, { $set: { effectiveOn: '2026-04-01' } });
  });
});
