import type { Db } from 'mongodb';
import type { Instant } from '../../../programs/calendar.ts';
import type { AccountTotals } from '../../../programs/ledger/check-books.ts';
import { isDuplicateKey } from '../../database/duplicate-key.ts';
import type { Services } from '../../services.ts';
import { inBatches } from './audit-documents.ts';
import { blockRows, snapshotHeads, snapshotRows, type SnapshotDocument } from './book-documents.ts';
import { addTotals, foldTotals, longsOf, NO_TOTALS, totalsOf } from './fold-totals.ts';
import { viewOf, type LedgerView } from './read-ledger.ts';
import { rowsBetween } from './row-order.ts';
import { lastBlock } from './seal-blocks.ts';

const DAY_MS = 86_400_000;
/** A trial balance folds at most about so many sealed rows after a snapshot, or as many as there are accounts. */
const ROWS_MAX = 5_000;
/** The last snapshot of each day is kept for so long, the last one of each month for ever. */
const DAYS_KEPT = 35;

const prefixOf = (block: number): string => `${String(block).padStart(10, '0')}|`;

/**
 * Writes down all accounts' totals at the last sealed block: the last snapshot, and what was sealed since. Due once a day,
 * and earlier when more was sealed than a snapshot has rows, so that to write it costs no more than what it saves.
 * Answers the number of accounts, 0 when none was due. Safe to repeat and to run twice at once: the rows of a block are the
 * same whoever writes them, and the head comes last.
 */
export async function takeSnapshot({
  database: { db },
  clock,
}: Pick<Services, 'database' | 'clock'>): Promise<{ readonly accounts: number; readonly dropped: number }> {
  const now = clock.now();
  const block = await lastBlock(db);
  const last = await lastSnapshot(viewOf(db));
  if (block === undefined || !(await isDue(db, last, now))) return { accounts: 0, dropped: 0 };
  const since = await foldTotals(viewOf(db), rowsBetween(last?.toKey, block.toKey));
  let accounts = 0;
  for await (const rows of inBatches(mergedTotals(viewOf(db), last, since))) {
    await insertMissing(
      db,
      rows.map(([account, totals]) => ({ _id: prefixOf(block._id) + account, ...longsOf(totals) })),
    );
    accounts += rows.length;
  }
  const head: SnapshotDocument = {
    _id: block._id,
    toKey: block.toKey,
    accountCount: accounts,
    takenAt: new Date(now),
  };
  try {
    await snapshotHeads(db).insertOne(head);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  return { accounts, dropped: await dropOldSnapshots(db, now) };
}

async function isDue(db: Db, last: SnapshotDocument | undefined, now: Instant): Promise<boolean> {
  if (last === undefined) return true;
  const [sum] = await blockRows(db)
    .aggregate<{ rows: number }>([
      { $match: { _id: { $gt: last._id } } },
      { $group: { _id: null, rows: { $sum: '$rowCount' } } },
    ])
    .toArray();
  const rows = sum?.rows ?? 0;
  return rows >= Math.max(ROWS_MAX, last.accountCount) || (rows > 0 && now - last.takenAt.getTime() >= DAY_MS);
}

/** The last snapshot of which nothing was booked after an instant; undefined when there is none. */
export async function lastSnapshot({ db, moment }: LedgerView, asOf?: Date): Promise<SnapshotDocument | undefined> {
  const filter = asOf === undefined ? {} : { 'toKey.bookedAt': { $lte: asOf } };
  return (await snapshotHeads(db).findOne(filter, { ...moment, sort: { _id: -1 } })) ?? undefined;
}

/** The totals of a snapshot, in the order of their accounts. */
export async function* readSnapshot(
  { db, moment }: LedgerView,
  { _id: block }: Pick<SnapshotDocument, '_id'>,
): AsyncGenerator<readonly [account: string, totals: AccountTotals]> {
  const prefix = prefixOf(block);
  // `}` follows `|`.
  const range = { _id: { $gte: prefix, $lt: prefix.replace('|', '}') } };
  for await (const row of snapshotRows(db).find(range, moment).sort({ _id: 1 })) {
    yield [row._id.slice(prefix.length), totalsOf(row)];
  }
}

/** A snapshot's totals with what came since, in the order of their accounts. */
export async function* mergedTotals(
  view: LedgerView,
  snapshot: SnapshotDocument | undefined,
  since: ReadonlyMap<string, AccountTotals>,
): AsyncGenerator<readonly [account: string, totals: AccountTotals]> {
  const changed = [...since.keys()].sort();
  let at = 0;
  const before = function* (account?: string): Generator<readonly [string, AccountTotals]> {
    for (let next = changed[at]; next !== undefined && (account === undefined || next < account); next = changed[at]) {
      yield [next, since.get(next) ?? NO_TOTALS];
      at += 1;
    }
  };
  if (snapshot !== undefined) {
    for await (const [account, totals] of readSnapshot(view, snapshot)) {
      yield* before(account);
      if (changed[at] === account) at += 1;
      yield [account, addTotals(totals, since.get(account) ?? NO_TOTALS)];
    }
  }
  yield* before();
}

/** Rows that are there already were written by who took the same snapshot. */
async function insertMissing(db: Db, rows: readonly { readonly _id: string }[]): Promise<void> {
  try {
    await db.collection<{ _id: string }>('ledger_snapshot_rows').insertMany([...rows], { ordered: false });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** The head goes first: without it rows mean nothing. */
async function dropOldSnapshots(db: Db, now: Instant): Promise<number> {
  const heads = await snapshotHeads(db).find().sort({ _id: -1 }).toArray();
  const seen = new Set<string>();
  let dropped = 0;
  for (const { _id, toKey } of heads) {
    const day = toKey.bookedAt.toISOString().slice(0, 10);
    const month = day.slice(0, 7);
    const isRecent = now - toKey.bookedAt.getTime() < DAYS_KEPT * DAY_MS;
    const isKept = !seen.has(month) || (isRecent && !seen.has(day));
    seen.add(day).add(month);
    if (isKept) continue;
    await snapshotHeads(db).deleteOne({ _id });
    await snapshotRows(db).deleteMany({ _id: { $gte: prefixOf(_id), $lt: prefixOf(_id).replace('|', '}') } });
    dropped += 1;
  }
  return dropped;
}
