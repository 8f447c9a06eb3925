import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Document } from 'mongodb';
import type { Clock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Ledger, LedgerUnit, UnitResult } from './ledger.ts';
import { assertBooks } from './testing/assert-books.ts';
import { MemoryLedger } from './testing/memory-ledger.ts';
import { move, openTestLedger, reserve, spend, WORLD, CASH } from './testing/open-test-ledger.ts';
import { FIRST_GIFT } from './testing/random-reversals.ts';
import { randomHistory } from './testing/random-units.ts';

const COLLECTIONS = ['ledger_accounts', 'ledger_transfers', 'ledger_refusals', 'ledger_expiries', 'things'];
const FUNDED: LedgerUnit = {
  id: 'funded',
  transfers: [FIRST_GIFT, move('settled', 30, { debit: CASH, credit: WORLD })],
};

type Books = Readonly<Record<string, readonly Document[]>>;
const byId = (documents: Iterable<Document>): Document[] =>
  [...documents].sort((a, b) => (String(a['_id']) < String(b['_id']) ? -1 : 1));

describe('the ledger in memory', () => {
  const database = useTestDatabase();
  let stored: Ledger;
  let clock: Clock;
  before(async () => {
    await database.db.createCollection('things');
    ({ ledger: stored, clock } = openTestLedger(database));
  });

  // Of the last history; the property of three writers asks after each.
  afterEach(() => assertBooks({ database, clock }));

  async function run(
    history: readonly (readonly LedgerUnit[])[],
    commit: (units: readonly LedgerUnit[]) => Promise<readonly UnitResult[]>,
  ): Promise<UnitResult[]> {
    const results: UnitResult[] = [];
    for (const units of [[FUNDED], ...history]) results.push(...(await commit(units)));
    return results;
  }

  async function inDatabase(history: readonly (readonly LedgerUnit[])[]) {
    for (const name of [...COLLECTIONS, 'ledger_months']) await database.db.collection(name).deleteMany({});
    await database.db.collection<{ _id: string }>('ledger_months').insertOne({ _id: '2026-02' });
    const results = await run(history, (units) =>
      inTransaction(database, (session) => stored.commitWithin(session, units)),
    );
    const books: Record<string, readonly Document[]> = {};
    for (const name of COLLECTIONS) books[name] = byId(await database.db.collection(name).find().toArray());
    return { results, books };
  }

  async function inMemory(history: readonly (readonly LedgerUnit[])[]) {
    const memory = new MemoryLedger(openTestLedger(database).clock);
    memory.closeMonth('2026-02');
    const results = await run(history, (units) => memory.commitAll(units));
    const books: Books = Object.fromEntries(
      COLLECTIONS.map((name) => [name, byId(memory.documents.collection(name).values())]),
    );
    return { results, books };
  }

  it('leaves the same answers and the same books as the database, whatever is asked of it', async function () {
    this.timeout(120_000);
    const codes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(randomHistory, async (history) => {
        const [ours, theirs] = [await inMemory(history), await inDatabase(history)];
        for (const result of ours.results) {
          const code = result.status === 'refused' ? result.code : result.status;
          codes.set(code, (codes.get(code) ?? 0) + 1);
        }
        assert.deepEqual(ours, theirs);
      }),
      { numRuns: 60 },
    );
    // The histories are worth something only if they meet what can happen.
    for (const code of ['committed', 'replayed', 'exceeds_funds', 'guard_failed', 'already_exists', 'month_closed']) {
      assert.ok((codes.get(code) ?? 0) > 0, `${code}: ${JSON.stringify([...codes])}`);
    }
  });

  it('decides one unit after the other', async () => {
    const memory = new MemoryLedger(openTestLedger(database).clock);
    await memory.commit(FUNDED);
    const results = await Promise.all([
      memory.commit({ id: 'a', transfers: [reserve('a', 25)] }),
      memory.commit({ id: 'b', transfers: [spend('b', 25)] }),
      memory.commit({ id: 'a', transfers: [reserve('a', 25)] }),
    ]);
    assert.deepEqual(
      results.map((result) => (result.status === 'refused' ? result.code : result.status)),
      ['committed', 'exceeds_funds', 'replayed'],
    );
  });
});
