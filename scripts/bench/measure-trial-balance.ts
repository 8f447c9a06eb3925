import assert from 'node:assert/strict';
import { MovableClock } from '../../server/clock.ts';
import { connect, type Database } from '../../server/database/connect.ts';
import { migrate } from '../../server/database/migrate.ts';
import { auditBooks } from '../../server/ledger/books/audit-books.ts';
import { sealBlocks } from '../../server/ledger/books/seal-blocks.ts';
import { takeSnapshot } from '../../server/ledger/books/take-snapshot.ts';
import { trialBalance } from '../../server/ledger/books/trial-balance.ts';
import { StoredBooks } from '../../server/ledger/testing/stored-books.ts';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import type { Bench, Measure } from './measure.ts';
import { measurePairs } from './pairs.ts';

const DATABASE = 'trial_balance';
const START = Date.UTC(2026, 0, 1);
const MONTHS_MS = 90 * 86_400_000;
const PLATFORMS = 500;
const BATCH = 1_000;
/**
 * What came since the last snapshot, about the most there ever is with so few accounts: the jobs take the next one as soon as
 * 5,000 rows are sealed; the rest is too young for that.
 */
const TAIL = 6_000;

/** A trial balance by snapshot and tail against the fold of every transfer by the database, side by side; the answers must be equal. */
export const trialBalances: Measure = {
  names: ['trial-balance'],
  async run(bench) {
    const count = bench.quick ? 20_000 : 1_000_000;
    const database = await connect({ uri: bench.uriOf(DATABASE) });
    try {
      const clock = new MovableClock(START);
      const services = { database, clock };
      await migrate(database, { clock });
      await fill(bench, database, count, async (stored) => {
        if (stored !== count - TAIL) return;
        clock.set(bookedAt(stored, count) + 3_600_000);
        await sealBlocks(services);
        await takeSnapshot(services);
      });
      clock.set(bookedAt(count, count) + 3_600_000);
      const { fromBlock, ...balance } = await trialBalance(services);
      const { fromBlock: none, ...whole } = await trialBalance(services, { wholeFold: true });
      assert.ok(fromBlock !== undefined && none === undefined);
      assert.deepEqual(balance, whole, 'both ways give the same balance');
      bench.log(
        `  trial-balance: ${count} transfers, ${balance.lines.length} accounts, ${TAIL} transfers since block ${fromBlock}`,
      );
      await check(bench, services);
      const secondsOf = async (wholeFold: boolean): Promise<number> => {
        const startedAt = performance.now();
        await trialBalance(services, { wholeFold });
        return (performance.now() - startedAt) / 1_000;
      };
      return [
        await measurePairs(
          { name: 'trial-balance', unit: 's', goal: { atMost: 0.1 }, pairs: bench.pairs },
          () => secondsOf(false),
          () => secondsOf(true),
        ),
      ];
    } finally {
      await database.close();
    }
  },
};

/** The nightly check of as many, for the log: time, and memory beyond what was there before. */
async function check(
  bench: Bench,
  services: { readonly database: Database; readonly clock: MovableClock },
): Promise<void> {
  const startedAt = performance.now();
  let peakBytes = 0;
  const watch = setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage().rss)), 200);
  const { breaches, transferCount } = await auditBooks(services, { now: services.clock.now() });
  clearInterval(watch);
  assert.deepEqual(breaches, []);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  bench.log(`  full check of ${transferCount} transfers: ${seconds} s, peak ${(peakBytes / 2 ** 20).toFixed(0)} MB`);
}

const bookedAt = (index: number, count: number): number => START + Math.floor((index / count) * MONTHS_MS);

/** Charges, payments, their settlement, and payouts that are reserved and posted in part: every account stays within its limit. */
async function fill(
  bench: Bench,
  { db }: Database,
  count: number,
  afterBatch: (stored: number) => Promise<void>,
): Promise<void> {
  const books = new StoredBooks();
  const transfers = db.collection<{ _id: string }>('ledger_transfers');
  const startedAt = performance.now();
  for (let stored = 0; stored < count; stored += BATCH) {
    const rows = Array.from({ length: BATCH }, (_, at) =>
      books.row(transferAt(stored + at), bookedAt(stored + at, count)),
    );
    await transfers.insertMany(rows, { ordered: false });
    await afterBatch(stored + BATCH);
  }
  await db.collection<{ _id: string }>('ledger_accounts').insertMany(books.accountRows());
  const seconds = (performance.now() - startedAt) / 1_000;
  bench.log(`  trial-balance: ${count} transfers stored in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)}/s`);
}

/** The n-th transfer; five in a row belong together. */
function transferAt(n: number): NewTransfer {
  const step = n % 5;
  const group = (n - step) / 5;
  const owner = group % PLATFORMS;
  const effectiveOn = new Date(START + (group % 90) * 86_400_000).toISOString().slice(0, 10);
  const common = { id: `bench:${n}`, effectiveOn, refs: { statement: `stm_${group}` } };
  const receivable = `policy:pol_${owner}:receivable:CNY`;
  const payout = {
    kind: 'payout',
    debit: `carrier:car_${owner % 7}:premium_payable:CNY`,
    credit: 'cash:stripe:CNY',
  } as const;
  const amount = 1_000 + (group % 977);
  switch (step) {
    case 0:
      return { ...common, kind: 'premium_charged', type: 'posted', debit: receivable, credit: payout.debit, amount };
    case 1:
      return {
        ...common,
        kind: 'invoice_paid',
        type: 'posted',
        debit: 'stripe:clearing:CNY',
        credit: receivable,
        amount,
      };
    case 2:
      return {
        ...common,
        kind: 'clearing_settled',
        type: 'posted',
        debit: payout.credit,
        credit: 'stripe:clearing:CNY',
        amount,
      };
    case 3:
      return { ...common, ...payout, type: 'pending', amount: 900 };
    default:
      return { ...common, kind: 'payout', type: 'post', resolves: `bench:${n - 1}`, amount: 800 };
  }
}
