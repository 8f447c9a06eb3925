import assert from 'node:assert/strict';
import type { Collection } from 'mongodb';
import { Long } from 'mongodb';
import { INVARIANTS, type InvariantCode } from '../../../programs/ledger/invariants.ts';
import { MovableClock } from '../../clock.ts';
import { useTestDatabase } from '../../database/testing/test-database.ts';
import { assertBooks } from '../testing/assert-books.ts';
import { BOOK_STORY, CASH, CLEARING, DEPOSIT, ENVELOPE, STORY_START } from '../testing/book-story.ts';
import { storeBooks } from '../testing/stored-books.ts';
import { auditBooks } from './audit-books.ts';
import { blockRows } from './book-documents.ts';
import { SEAL_AFTER_MS, sealBlocks } from './seal-blocks.ts';
import { takeSnapshot } from './take-snapshot.ts';

interface Stored {
  _id: string;
  [field: string]: unknown;
}
interface Ledger {
  readonly transfers: Collection<Stored>;
  readonly accounts: Collection<Stored>;
  readonly refusals: Collection<Stored>;
}

interface Fault {
  readonly what: string;
  readonly code: InvariantCode;
  /** What the breach must name. */
  readonly subject: string;
  readonly plant: (ledger: Ledger) => Promise<unknown>;
}

const LOOSE = { bypassDocumentValidation: true } as const;
const set = (rows: Collection<Stored>, _id: string, fields: Record<string, unknown>) =>
  rows.updateOne({ _id }, { $set: fields }, LOOSE);
const increase = async (rows: Collection<Stored>, _id: string, fields: Record<string, number>) => {
  const stored = await rows.findOne({ _id });
  const sums: Record<string, Long> = {};
  for (const [field, by] of Object.entries(fields)) sums[field] = Long.fromNumber(Number(stored?.[field]) + by);
  await set(rows, _id, sums);
};

/** Each changes what is stored behind the ledger's back. */
const FAULTS: readonly Fault[] = [
  {
    what: 'an amount below zero',
    code: 'L1',
    subject: 'draw:1',
    plant: ({ transfers }) => set(transfers, 'draw:1', { amount: Long.fromNumber(-5) }),
  },
  {
    what: 'an amount that is no integer',
    code: 'L1',
    subject: 'draw:1',
    plant: ({ transfers }) => set(transfers, 'draw:1', { amount: 0.5 }),
  },
  {
    what: 'an amount beyond the safe integers',
    code: 'L1',
    subject: 'draw:1',
    plant: ({ transfers }) => set(transfers, 'draw:1', { amount: Long.fromString('9007199254740993') }),
  },
  {
    what: 'an amount that is stored as a double',
    code: 'L1',
    subject: 'draw:1',
    plant: ({ transfers }) => set(transfers, 'draw:1', { amount: 12_000 }),
  },
  {
    what: 'a transfer of another currency than its accounts',
    code: 'L2',
    subject: `${DEPOSIT} top:1`,
    plant: ({ transfers }) => set(transfers, 'top:1', { currency: 'JPY' }),
  },
  {
    what: 'an account outside the chart',
    code: 'L2',
    subject: 'pocket:mine:CNY draw:1',
    plant: ({ transfers }) => set(transfers, 'draw:1', { credit: 'pocket:mine:CNY' }),
  },
  {
    what: 'an account kept in another currency',
    code: 'L2',
    subject: CASH,
    plant: ({ accounts }) => set(accounts, CASH, { currency: 'JPY' }),
  },
  {
    what: 'money moved to where it came from',
    code: 'L3',
    subject: 'draw:1',
    plant: ({ transfers }) => set(transfers, 'draw:1', { credit: ENVELOPE, creditSeq: Long.fromNumber(3) }),
  },
  {
    what: 'posted totals that do not balance',
    code: 'L4',
    subject: 'CNY',
    plant: ({ accounts }) => increase(accounts, CASH, { debitsPosted: 1 }),
  },
  {
    what: 'pending totals that do not balance',
    code: 'L4',
    subject: 'CNY',
    plant: ({ accounts }) => increase(accounts, DEPOSIT, { debitsPending: 1 }),
  },
  {
    what: 'totals that are not the fold',
    code: 'L5',
    subject: ENVELOPE,
    plant: ({ accounts }) => increase(accounts, ENVELOPE, { debitsPosted: -2_000 }),
  },
  {
    what: 'an account without totals',
    code: 'L5',
    subject: ENVELOPE,
    plant: ({ accounts }) => accounts.deleteOne({ _id: ENVELOPE }),
  },
  {
    what: 'more drawn than was there',
    code: 'L6',
    subject: `${ENVELOPE} draw:1`,
    plant: async ({ transfers, accounts }) => {
      await set(transfers, 'draw:1', { amount: Long.fromNumber(40_000) });
      await increase(accounts, ENVELOPE, { debitsPosted: 28_000 });
    },
  },
  {
    what: 'a second resolver',
    code: 'L7',
    subject: 'pay:1',
    plant: async ({ transfers }) => {
      await transfers.dropIndex('resolves_1');
      await set(transfers, 'pay:2:void', { resolves: 'pay:1' });
    },
  },
  {
    what: 'more posted than was reserved',
    code: 'L7',
    subject: 'pay:1:post',
    plant: ({ transfers }) => set(transfers, 'pay:1:post', { amount: Long.fromNumber(5_001) }),
  },
  {
    what: 'a resolver of nothing',
    code: 'L7',
    subject: 'pay:2:void',
    plant: ({ transfers }) => set(transfers, 'pay:2:void', { resolves: 'draw:1' }),
  },
  {
    what: 'other content under the same hash',
    code: 'L8',
    subject: 'top:1',
    plant: ({ transfers }) => set(transfers, 'top:1', { effectiveOn: '2026-03-03' }),
  },
  {
    what: 'an id that was refused and is booked',
    code: 'L8',
    subject: 'top:1',
    plant: ({ refusals }) => refusals.insertOne({ _id: 'top:1', code: 'exceeds_funds' }),
  },
  {
    what: 'money that a provider has not settled for too long',
    code: 'L9',
    subject: CLEARING,
    plant: async ({ transfers, accounts }) => {
      await set(transfers, 'top:1:settled', { amount: Long.fromNumber(19_000) });
      await increase(accounts, CLEARING, { creditsPosted: -1_000 });
    },
  },
  {
    what: 'a row changed after it was sealed',
    code: 'L10',
    subject: 'top:1',
    plant: ({ transfers }) => set(transfers, 'top:1', { refs: { story: 'another' } }),
  },
  {
    what: 'a row that slipped into a sealed range',
    code: 'L10',
    subject: 'late',
    plant: async ({ transfers }) => {
      const row = await transfers.findOne({ _id: 'top:1' });
      await transfers.insertOne(
        { ...row, _id: 'late', debitSeq: Long.fromNumber(900), creditSeq: Long.fromNumber(900) },
        LOOSE,
      );
    },
  },
  {
    what: 'a row that was removed',
    code: 'L10',
    subject: 'block 2',
    plant: ({ transfers }) => transfers.deleteOne({ _id: 'env:1' }),
  },
  {
    what: 'a hole in seq',
    code: 'L11',
    subject: `${DEPOSIT} pay:1`,
    plant: ({ transfers }) => transfers.deleteOne({ _id: 'env:1' }),
  },
  {
    what: 'the last of an account gone',
    code: 'L11',
    subject: 'policy:pol_1:receivable:CNY',
    plant: ({ transfers }) => transfers.deleteOne({ _id: 'draw:1' }),
  },
  {
    what: 'money in a fund that is no gift',
    code: 'L12',
    subject: 'program prg_1 CNY',
    plant: ({ transfers }) => set(transfers, 'gift:1', { kind: 'premium_charged' }),
  },
];

describe('a planted fault is found and named', () => {
  const database = useTestDatabase();
  const clock = new MovableClock(STORY_START);
  const services = { database, clock };
  const ledger = (): Ledger => ({
    transfers: database.db.collection<Stored>('ledger_transfers'),
    accounts: database.db.collection<Stored>('ledger_accounts'),
    refusals: database.db.collection<Stored>('ledger_refusals'),
  });

  beforeEach(async () => {
    for (const { collectionName } of await database.db.collections()) {
      if (collectionName.startsWith('ledger_')) await database.db.collection(collectionName).deleteMany({});
    }
    await ledger().transfers.createIndex(
      { resolves: 1 },
      { unique: true, partialFilterExpression: { resolves: { $exists: true } } },
    );
    await storeBooks(database.db, BOOK_STORY);
    clock.set(STORY_START + 20 * 86_400_000 + SEAL_AFTER_MS);
    await sealBlocks(services, { rowsMax: 5 });
    await takeSnapshot(services);
  });

  it('in books without a fault nothing is found', async () => {
    await assertBooks(services);
    assert.equal(await blockRows(database.db).countDocuments(), 4);
  });

  for (const { what, code, subject, plant } of FAULTS) {
    it(`${code} ${INVARIANTS[code]}: ${what}`, async () => {
      await plant(ledger());
      const { breaches } = await auditBooks(services, { now: clock.now() });
      const named = breaches.map((each) => `${each.code}:${each.subject}`);
      assert.ok(named.includes(`${code}:${subject}`), named.join('\n'));
      await assert.rejects(assertBooks(services), new RegExp(`${code} .*${subject.split(' ')[0]}`));
    });
  }

  it('there is a planted fault for every invariant', () => {
    assert.deepEqual([...new Set(FAULTS.map(({ code }) => code))], Object.keys(INVARIANTS));
  });
});
