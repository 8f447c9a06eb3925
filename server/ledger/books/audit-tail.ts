import type { Instant } from '../../../programs/calendar.ts';
import { toLong } from '../../database/longs.ts';
import type { Services } from '../../services.ts';
import { auditAccountsSince } from './audit-accounts.ts';
import { auditTotals } from './audit-balances.ts';
import { auditBlocks } from './audit-blocks.ts';
import type { BookAudit } from './audit-books.ts';
import { auditRefusals, auditResolved, auditTransfer, inBatches } from './audit-documents.ts';
import { checkpointRows, checkRuns } from './book-documents.ts';
import { BreachLog } from './breach-log.ts';
import { longsOf, totalsOf } from './fold-totals.ts';
import { BATCH, inOneMoment, viewOf, type LedgerView } from './read-ledger.ts';
import { lastBlock } from './seal-blocks.ts';

/**
 * What was booked so long before the last check began is read once more: a transfer may become visible some time after it
 * was booked, and processes' clocks differ. More than `SEAL_AFTER_MS`, within which all of them do.
 */
const OVERLAP_MS = 300_000;
/** Accounts that are read together. */
const ACCOUNTS_TOGETHER = 100;

/**
 * The incremental check: every transfer that was booked since the last one, every account that it touched from the state
 * in which the account was found right, all totals, the blocks sealed since (L1 to L8, L10, L11). Where an account stands
 * is kept (`ledger_checkpoints`), except while it is wrong. The first one reads everything. Two at once do no harm.
 *
 * It finds what is wrong with what is new. What somebody changes in what was checked before is found by the full check.
 */
export async function auditTail(
  { database }: Pick<Services, 'database'>,
  { now }: { readonly now: Instant },
): Promise<BookAudit & { readonly block: number }> {
  const { db } = database;
  const log = new BreachLog();
  const last = await checkRuns(db).findOne({ _id: 'incremental' });
  const since = last === null ? new Date(0) : new Date(last.checkedAt.getTime() - OVERLAP_MS);
  const head = await lastBlock(db);
  const { touched, transferCount } = await auditNewTransfers(viewOf(db), since, log);
  for (const ids of chunksOf([...touched].sort(), ACCOUNTS_TOGETHER)) {
    await auditTouched(database, ids, { now, log });
  }
  await inOneMoment(database, async (view) => log.addAll(auditTotals(view)));
  await log.addAll(auditBlocks(db, { after: last?.block ?? 0, upTo: head?._id ?? 0 }));
  return { breaches: log.breaches, left: log.left, transferCount, block: head?._id ?? 0 };
}

async function auditNewTransfers(
  view: LedgerView,
  since: Date,
  log: BreachLog,
): Promise<{ readonly touched: ReadonlySet<string>; readonly transferCount: number }> {
  const touched = new Set<string>();
  let transferCount = 0;
  for await (const batch of inBatches(view.transfers.find({ bookedAt: { $gte: since } }).batchSize(BATCH))) {
    transferCount += batch.length;
    for (const transfer of batch) {
      log.add(auditTransfer(transfer));
      touched.add(transfer.debit).add(transfer.credit);
    }
    const resolved = batch.flatMap(({ resolves }) => (resolves === undefined ? [] : [resolves]));
    await log.addAll(auditResolved(view, [...new Set(resolved)]));
    const ids = batch.map(({ _id }) => _id);
    await log.addAll(auditRefusals(view, ids));
  }
  return { touched, transferCount };
}

async function auditTouched(
  database: Services['database'],
  ids: readonly string[],
  { now, log }: { readonly now: Instant; readonly log: BreachLog },
): Promise<void> {
  const checkpoints = checkpointRows(database.db);
  const known = await checkpoints.find({ _id: { $in: [...ids] } }).toArray();
  const states = new Map(known.map(({ _id, seq, ...totals }) => [_id, { ...totalsOf(totals), seq }]));
  const walked = await inOneMoment(database, (view) => auditAccountsSince(view, ids, states));
  for (const { breaches } of walked) log.add(breaches);
  const right = walked.filter(({ account, breaches, state }) => {
    return breaches.length === 0 && state.seq > (states.get(account)?.seq ?? 0);
  });
  if (right.length === 0) return;
  const rows = database.db.collection<{ _id: string }>('ledger_checkpoints');
  await rows.bulkWrite(
    right.map(({ account, state }) => ({
      replaceOne: {
        filter: { _id: account },
        replacement: { ...longsOf(state), seq: toLong(state.seq), checkedAt: new Date(now) },
        upsert: true,
      },
    })),
    { ordered: false },
  );
}

function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
