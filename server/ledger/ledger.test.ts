import assert from 'node:assert/strict';
import type { Document } from 'mongodb';
import { Refusal } from '../../programs/refusal.ts';
import type { Clock } from '../clock.ts';
import { toLong } from '../database/longs.ts';
import { inTransaction } from '../database/transaction.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { AccountDocument, TransferDocument } from './ledger-models.ts';
import type { Ledger, LedgerUnit, UnitWrite } from './ledger.ts';
import { assertBooks } from './testing/assert-books.ts';
import { end, FUND, LEDGER_NOW, move, openTestLedger, reserve, spend, word } from './testing/open-test-ledger.ts';

interface Row extends Document {
  _id: string;
}

describe('the ledger', () => {
  const database = useTestDatabase();
  let ledger: Ledger;
  let clock: Clock;
  const collection = <T extends Row>(name: string) => database.db.collection<T>(name);
  const fund = () => collection<AccountDocument & Row>('ledger_accounts').findOne({ _id: FUND });
  const commit = async (id: string, transfers: LedgerUnit['transfers'], writes: readonly UnitWrite[] = []) =>
    word(await ledger.commit({ id, transfers, writes }));

  before(async () => {
    ({ ledger, clock } = openTestLedger(database));
    for (const name of ['things', 'rows']) await database.db.createCollection(name);
    await database.db.collection('things').createIndex({ name: 1 }, { unique: true, sparse: true });
  });
  beforeEach(async () => {
    for (const { name } of await database.db.listCollections().toArray()) {
      if (/^ledger_|^things$|^rows$/.test(name)) await database.db.collection(name).deleteMany({});
    }
    assert.equal(await commit('gift', [move('gift', 100)]), 'committed');
  });
  afterEach(() => assertBooks({ database, clock }));

  it('stores transfers and totals as longs, numbered for each account', async () => {
    await commit('u', [reserve('r', 40), end('p', 'r', 'post', 15)]);
    const longs = { promoteLongs: false };
    const stored = await collection<TransferDocument & Row>('ledger_transfers').findOne({ _id: 'p' }, longs);
    assert.deepEqual(
      { ...stored, hash: '' },
      {
        ...{ _id: 'p', unitId: 'u', hash: '', kind: 'payout', type: 'post', debit: FUND, credit: 'world:test:CNY' },
        ...{ amount: toLong(15), currency: 'CNY', resolves: 'r', reserved: toLong(40) },
        ...{ bookedAt: new Date(LEDGER_NOW), effectiveOn: '2026-03-02', debitSeq: toLong(3), creditSeq: toLong(3) },
      },
    );
    assert.deepEqual(await collection('ledger_accounts').findOne({ _id: FUND }, longs), {
      ...{ _id: FUND, currency: 'CNY', debitsPending: toLong(0), debitsPosted: toLong(15) },
      ...{ creditsPending: toLong(0), creditsPosted: toLong(100), seq: toLong(3) },
    });
  });

  it('lets exactly as many of many concurrent callers have what there is, and tells the same to those who ask again', async () => {
    const units = Array.from({ length: 250 }, (_, i) => ({ id: `u${i}`, transfers: [reserve(`r${i}`, 1)] }));
    const first = await Promise.all(units.map((unit) => ledger.commit(unit)));
    const count = (words: readonly string[], of: string) => words.filter((each) => each === of).length;
    assert.deepEqual([count(first.map(word), 'committed'), count(first.map(word), 'exceeds_funds')], [100, 150]);
    await commit('more', [move('more', 1_000)]);
    const again = await Promise.all(units.map((unit) => ledger.commit(unit)));
    assert.deepEqual([count(again.map(word), 'replayed'), count(again.map(word), 'exceeds_funds')], [100, 150]);
    assert.equal((await fund())?.debitsPending, 100);
    assert.equal(await collection('ledger_refusals').countDocuments(), 150);
  });

  it('recognises what it did not look for: a repetition among new units, also when its money is gone', async () => {
    const unit = (id: string, transfer: LedgerUnit['transfers'][number]): LedgerUnit => ({ id, transfers: [transfer] });
    const all = unit('all', spend('all', 100));
    assert.equal(word(await ledger.commit(all)), 'committed');
    for (const [repeated, ...others] of [
      // Would be refused, were it new: it is looked up at once.
      [all, unit('n1', spend('n1', 1)), unit('n2', move('n2', 5))],
      // Would be committed again: its insert fails, and the flush begins anew.
      [unit('gift', move('gift', 100)), unit('n3', spend('n3', 6)), unit('n4', move('n4', 1))],
    ] as const) {
      // Another process, which has seen no repetition.
      const { ledger: other } = openTestLedger(database);
      const results = await Promise.all([repeated, ...others].map((each) => other.commit(each)));
      assert.deepEqual(results.map(word), ['replayed', 'exceeds_funds', 'committed']);
    }
    assert.equal((await fund())?.creditsPosted, 106);
    assert.equal(await collection('ledger_refusals').countDocuments(), 2);
  });

  it('commits a unit with its writes, or refuses it alone', async () => {
    const thing = (state: string, to: string): UnitWrite => ({
      ...{ kind: 'update', collection: 'things', id: 't', guard: { state }, update: { $set: { state: to } } },
    });
    await collection('things').insertOne({ _id: 't', state: 'new' });
    const words = await Promise.all([
      commit('a', [spend('a', 10)], [thing('new', 'taken'), insert('insert', 'a')]),
      commit('b', [spend('b', 10)], [thing('new', 'taken'), insert('insert', 'b')]),
      commit('c', [spend('c', 10)], [insert('insert', 'c')]),
      commit('d', [spend('d', 10)], [insert('insert', 'c')]),
      commit('e', [spend('e', 10)], [insert('insert_once', 'c')]),
      commit('f', [spend('f', 1_000)], [insert('insert', 'f'), thing('taken', 'lost')]),
      commit('g', [], [thing('taken', 'done')]),
    ]);
    assert.deepEqual(words, [
      ...['committed', 'guard_failed', 'committed', 'already_exists', 'committed', 'exceeds_funds', 'committed'],
    ]);
    assert.equal((await collection('things').findOne({ _id: 't' }))?.['state'], 'done');
    assert.deepEqual(
      (await collection('rows').find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id),
      ['a', 'c'],
    );
    assert.equal((await fund())?.debitsPosted, 30);
    // Not remembered: with the thing as it is expected, the same unit goes through.
    await collection('things').updateOne({ _id: 't' }, { $set: { state: 'new' } });
    assert.equal(await commit('b', [spend('b', 10)], [thing('new', 'taken'), insert('insert', 'b')]), 'committed');
  });

  it('a unit that was committed is replayed though its guard no longer holds', async () => {
    await collection('things').insertOne({ _id: 't', state: 'new' });
    const once = () =>
      commit(
        'a',
        [spend('a', 10)],
        [
          {
            kind: 'update',
            collection: 'things',
            id: 't',
            guard: { state: 'new' },
            update: { $set: { state: 'old' } },
          },
        ],
      );
    assert.deepEqual([await once(), await once()], ['committed', 'replayed']);
  });

  it('reads guards as a filter would', async () => {
    const at = new Date(LEDGER_NOW);
    await collection('things').insertOne({
      ...{ _id: 't', n: toLong(5), at, deep: { x: { y: 'z' } }, list: ['a', 'b'], gone: null, yes: true },
    });
    const rows: [Record<string, string | number | boolean | Date | null>, boolean][] = [
      [{ n: 5 }, true],
      [{ n: 6 }, false],
      [{ n: '5' }, false],
      [{ at: new Date(LEDGER_NOW) }, true],
      [{ at: new Date(0) }, false],
      [{ 'deep.x.y': 'z' }, true],
      [{ 'deep.x': 'z' }, false],
      [{ 'deep.q.y': null }, true],
      [{ list: 'b' }, true],
      [{ list: 'c' }, false],
      [{ 'list.x': null }, false],
      [{ gone: null, absent: null }, true],
      [{ yes: null }, false],
      [{ yes: true, 'deep.x.y': 'z', deep: null }, false],
      [{}, true],
    ];
    for (const [index, [guard, holds]] of rows.entries()) {
      const update = { $set: { seen: index } };
      const said = await commit('u', [], [{ kind: 'update', collection: 'things', id: 't', guard, update }]);
      assert.equal(said, holds ? 'committed' : 'guard_failed', JSON.stringify(guard));
      const filter = { _id: 't', ...guard };
      assert.equal(await collection('things').countDocuments(filter), holds ? 1 : 0, JSON.stringify(guard));
    }
  });

  it('refuses what another unique key of a document forbids, and lets its neighbours through', async () => {
    const named = (id: string): UnitWrite => ({
      ...{ kind: 'insert', collection: 'things', document: { _id: id, name: 'one of a kind' } },
    });
    await collection('things').insertOne({ _id: 'holder', name: 'one of a kind' });
    const words = await Promise.all([
      commit('a', [spend('a', 1)]),
      commit('b', [spend('b', 1)], [named('b')]),
      commit('c', [spend('c', 1)]),
    ]);
    assert.deepEqual(words, ['committed', 'already_exists', 'committed']);
    assert.equal((await fund())?.debitsPosted, 2);
  });

  it('a unit that is a bug fails alone', async () => {
    const wrong: UnitWrite = { kind: 'insert', collection: 'statements', document: { _id: 'no such form' } };
    const results = await Promise.allSettled([
      commit('a', [spend('a', 1)]),
      commit('b', [spend('b', 1)], [wrong]),
      commit('c', [spend('c', 1)]),
    ]);
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
      ['committed', 'failed', 'committed'],
    );
    await assert.rejects(ledger.commit({ id: 'empty', transfers: [] }), RangeError);
    await assert.rejects(commit('twice', [], [insert('insert', 'x'), insert('insert', 'x')]), /twice/);
    const replace: UnitWrite = { kind: 'update', collection: 'things', id: 't', guard: {}, update: { state: 'x' } };
    await assert.rejects(commit('whole', [], [replace]), /other than/);
  });

  it('takes nothing into a closed month', async () => {
    await collection('ledger_months').insertOne({ _id: '2026-02' });
    const late = move('late', 1, { effectiveOn: '2026-02-28' });
    assert.equal(await commit('late', [late]), 'month_closed');
    assert.equal(await commit('late', [{ ...late, effectiveOn: '2026-03-01' }]), 'committed');
  });

  it('commits within a transaction of the caller, or not when that is undone', async () => {
    const units = (n: number): LedgerUnit[] => [
      { id: `a${n}`, transfers: [spend(`a${n}`, 60)], writes: [insert('insert', `row${n}`)] },
      { id: `b${n}`, transfers: [spend(`b${n}`, 60)] },
      { id: `c${n}`, transfers: [move(`c${n}`, 60)], writes: [insert('insert', `row${n}`)] },
      { id: `d${n}`, transfers: [spend(`d${n}`, 10)], writes: [insert('insert_once', `row${n}`)] },
    ];
    const undone = inTransaction(database, async (session) => {
      const results = await ledger.commitWithin(session, units(1));
      assert.deepEqual(results.map(word), ['committed', 'exceeds_funds', 'already_exists', 'committed']);
      throw new Refusal('conflict', 'guard_failed', 'The caller thinks better of it.');
    });
    await assert.rejects(undone, Refusal);
    assert.equal((await fund())?.debitsPosted, 0);
    assert.equal(await collection('ledger_refusals').countDocuments(), 0);
    const results = await inTransaction(database, (session) => ledger.commitWithin(session, units(1)));
    assert.deepEqual(results.map(word), ['committed', 'exceeds_funds', 'already_exists', 'committed']);
    assert.equal((await fund())?.debitsPosted, 70);
    assert.equal(await commit('a1', [spend('a1', 60)]), 'replayed');
  });

  it('keeps the expiry of a reservation for as long as it is open', async () => {
    const expiries = async () => (await collection('ledger_expiries').find().toArray()).map(({ _id }) => _id);
    await commit('u', [
      reserve('r', 1, LEDGER_NOW + 5),
      reserve('s', 1),
      reserve('t', 1, LEDGER_NOW + 6),
      end('v', 't'),
    ]);
    assert.deepEqual(await expiries(), ['r']);
    await commit('w', [end('w', 'r', 'void')]);
    assert.deepEqual(await expiries(), []);
  });

  it('several processes share an account: each waits for its turn', async () => {
    const others = Array.from({ length: 4 }, () => openTestLedger(database).ledger);
    const words = await Promise.all(
      others.flatMap((other, p) =>
        Array.from({ length: 50 }, async (_, i) => {
          const id = `${p}-${i}`;
          return word(await other.commit({ id, transfers: [reserve(id, 1)], writes: [insert('insert_once', `${i}`)] }));
        }),
      ),
    );
    assert.equal(words.filter((each) => each === 'committed').length, 100);
    assert.equal(words.filter((each) => each === 'exceeds_funds').length, 100);
    const rows = await collection<TransferDocument & Row>('ledger_transfers').find({ debit: FUND }).toArray();
    assert.deepEqual(
      rows.map(({ debitSeq }) => debitSeq).sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i + 2),
    );
    await Promise.all(others.map((other) => other.drain()));
  });

  const insert = (kind: 'insert' | 'insert_once', _id: string): UnitWrite => ({
    ...{ kind, collection: 'rows', document: { _id } },
  });
});
