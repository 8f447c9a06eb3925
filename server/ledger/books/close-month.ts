import { Refusal } from '../../../programs/refusal.ts';
import { formatInstant, hourMs, type Instant } from '../../../programs/calendar.ts';
import { actorName, type ActorOf } from '../../actor.ts';
import { isDuplicateKey } from '../../database/duplicate-key.ts';
import type { Services } from '../../services.ts';
import { monthRows, type MonthDocument } from './book-documents.ts';
import { checkBooks, openBreaches } from './check-books.ts';
import { viewOf } from './read-ledger.ts';
import { rowsBetween } from './row-order.ts';
import { lastBlock, SEAL_AFTER_MS, sealBlocks } from './seal-blocks.ts';

export interface CloseMonth {
  readonly actor: ActorOf<'operator'>;
  /** `YYYY-MM` */
  readonly month: string;
}

export type ClosedMonth =
  | {
      readonly status: 'closed';
      readonly month: MonthDocument;
      /** It was closed before; nothing was done. */ readonly again: boolean;
    }
  /** It takes nothing any more, but commits that began before may still end: ask again from `readyAt` on. */
  | { readonly status: 'closing'; readonly month: MonthDocument; readonly readyAt: Instant };

/**
 * Closes a month of `effectiveOn` for ever (M10), in two steps of the same call. The first writes down that the month is
 * closing, and from then on the ledger refuses its days (`month_closed`). The second, two minutes later or more, seals what
 * is in it, checks all books, and writes down the head of the chain. Nothing is ever opened again; what a closed month got
 * wrong is corrected in an open one.
 *
 * Why two steps: a commit reads the months in its own transaction, as of the transaction's beginning. One that began
 * before the month's document was there does not see it and may commit after it, and no conflict tells either of the
 * other: both only insert. (To make them conflict, every commit would have to write to one document of its month, and all
 * processes would wait for each other there.) But no transaction lives longer than the server lets it, so after
 * `SEAL_AFTER_MS` every commit either saw the month or has ended, and what it wrote can be counted. Between the steps a
 * straggler may still get in: it is in the month, and sealed and checked with it.
 *
 * Throws `month_not_over` until the month's last day has ended everywhere on Earth; `books_wrong` while a breach is open.
 */
export async function closeMonth(
  services: Pick<Services, 'database' | 'clock' | 'log' | 'metrics'>,
  { actor, month }: CloseMonth,
): Promise<ClosedMonth> {
  const { db } = services.database;
  const now = services.clock.now();
  if (now < endOfMonth(month)) {
    const message = `${month} ends at ${formatInstant(endOfMonth(month))}, when its last day is over everywhere on Earth.`;
    throw new Refusal('unprocessable', 'month_not_over', message);
  }
  const known = await monthRows(db).findOne({ _id: month });
  if (known?.closedAt !== undefined) return { status: 'closed', month: known, again: true };
  if (known === null) {
    await refuseBreaches(services, month);
    await beginClosing(services, { actor, month, now });
  }
  const closing = await monthRows(db).findOne({ _id: month });
  if (closing === null) throw new Error(`${month} was not written.`);
  const readyAt = await readyAtOf(services, closing, now);
  if (readyAt > now) return { status: 'closing', month: closing, readyAt };

  const { breaches } = await checkBooks(services, { full: true });
  if (breaches.length > 0) throw booksWrong(month, breaches.length);
  const head = await lastBlock(db);
  const closed = await monthRows(db).findOneAndUpdate(
    { _id: month, closedAt: { $exists: false } },
    {
      $set: {
        closedAt: new Date(now),
        closedBy: actorName(actor),
        ...(head && { headBlock: head._id, headHash: head.hash }),
      },
    },
    { returnDocument: 'after' },
  );
  if (closed !== null) return { status: 'closed', month: closed, again: false };
  const other = await monthRows(db).findOne({ _id: month });
  if (other === null) throw new Error(`${month} is gone.`);
  return { status: 'closed', month: other, again: true };
}

/** When the last day of a month is over in the last zone on Earth, UTC-12: `effectiveOn` is a local day of any zone. */
export function endOfMonth(month: string): Instant {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return Date.UTC(year, number) + 12 * hourMs;
}

async function beginClosing(
  { database: { db } }: Pick<Services, 'database'>,
  { actor, month, now }: CloseMonth & { readonly now: Instant },
): Promise<void> {
  try {
    await monthRows(db).insertOne({ _id: month, closingAt: new Date(now), closingBy: actorName(actor) });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** When no commit can add to the month any more, and all that is in it can be sealed. */
async function readyAtOf(
  services: Pick<Services, 'database' | 'clock'>,
  { _id: month, closingAt }: MonthDocument,
  now: Instant,
): Promise<Instant> {
  const over = closingAt.getTime() + SEAL_AFTER_MS;
  if (over > now) return over;
  await sealBlocks(services);
  const { db } = services.database;
  const unsealed = await viewOf(db)
    .transfers.find(
      {
        $and: [
          rowsBetween((await lastBlock(db))?.toKey),
          { effectiveOn: { $gte: `${month}-01`, $lte: `${month}-31` } },
        ],
      },
      { projection: { bookedAt: 1 } },
    )
    .sort({ bookedAt: -1 })
    .limit(1)
    .next();
  return unsealed === null ? now : unsealed.bookedAt.getTime() + SEAL_AFTER_MS;
}

async function refuseBreaches({ database }: Pick<Services, 'database'>, month: string): Promise<void> {
  const open = await openBreaches(database.db);
  if (open.length > 0) throw booksWrong(month, open.length);
}

const booksWrong = (month: string, count: number): Refusal =>
  new Refusal(
    'conflict',
    'books_wrong',
    `${month} cannot be closed: ${count} breaches of the books are open (books check --full lists them).`,
  );
