import type { Db } from 'mongodb';
import type { Instant } from '../../../programs/calendar.ts';
import { INVARIANTS } from '../../../programs/ledger/invariants.ts';
import type { Services } from '../../services.ts';
import { auditBooks, type BookAudit } from './audit-books.ts';
import { auditTail } from './audit-tail.ts';
import { breachRows, checkRuns, type BreachDocument } from './book-documents.ts';
import { breachKey } from './breach-log.ts';
import { lastBlock } from './seal-blocks.ts';

export interface CheckBooks {
  /** Everything, instead of what is new since the last check. */
  readonly full?: boolean;
}

export interface CheckedBooks {
  /** What is wrong: found now, or earlier and not seen to be gone by a full check since. In the order of their ids. */
  readonly breaches: readonly BreachDocument[];
  /** Breaches beyond those that are listed and kept. */
  readonly left: number;
  /** Found now for the first time. */
  readonly newCount: number;
  readonly transferCount: number;
}

/**
 * Checks the books, incrementally or whole, keeps what is wrong (`ledger_breaches`), and counts it. A breach stays until a
 * full check does not find it any more. Changes nothing of the ledger; may run twice at once.
 */
export async function checkBooks(
  services: Pick<Services, 'database' | 'clock' | 'log' | 'metrics'>,
  { full = false }: CheckBooks = {},
): Promise<CheckedBooks> {
  const { database, clock, log, metrics } = services;
  const { db } = database;
  const now = clock.now();
  const head = await lastBlock(db);
  const audit = full
    ? { ...(await auditBooks(services, { now })), block: head?._id ?? 0 }
    : await auditTail(services, { now });
  const newCount = await keepBreaches(db, audit, { now, full });
  const { transferCount, left, block } = audit;
  await checkRuns(db).updateOne(
    { _id: full ? 'full' : 'incremental' },
    // Of two at once the later one counts.
    { $max: { checkedAt: new Date(now), block }, $set: { transferCount, breachCount: audit.breaches.length + left } },
    { upsert: true },
  );
  const breaches = await openBreaches(db);
  for (const code of Object.keys(INVARIANTS)) {
    metrics.ledgerBreaches.set({ code }, breaches.filter((breach) => breach.code === code).length);
  }
  if (newCount > 0) log.error({ breaches: breaches.slice(0, 10).map(breachKey), newCount }, 'The books are wrong');
  return { breaches, left, newCount, transferCount };
}

/** What was found and is not known to be gone. */
export async function openBreaches(db: Db): Promise<readonly BreachDocument[]> {
  return breachRows(db)
    .find({ goneAt: { $exists: false } })
    .sort({ _id: 1 })
    .toArray();
}

async function keepBreaches(
  db: Db,
  { breaches, left }: BookAudit,
  { now, full }: { readonly now: Instant; readonly full: boolean },
): Promise<number> {
  const at = new Date(now);
  let newCount = 0;
  if (breaches.length > 0) {
    const { upsertedCount } = await breachRows(db).bulkWrite(
      breaches.map((breach) => ({
        updateOne: {
          filter: { _id: breachKey(breach) },
          update: { $set: { ...breach, lastSeenAt: at }, $setOnInsert: { firstSeenAt: at }, $unset: { goneAt: '' } },
          upsert: true,
        },
      })),
      { ordered: false },
    );
    newCount = upsertedCount;
  }
  // With more than could be kept, what was not seen may well be there.
  if (full && left === 0) {
    const seen = breaches.map(breachKey);
    // What an incremental check found since this one began may stand where this one had looked before.
    await breachRows(db).updateMany(
      { _id: { $nin: seen }, goneAt: { $exists: false }, lastSeenAt: { $lte: at } },
      { $set: { goneAt: at } },
    );
  }
  return newCount;
}
