import type { Filter } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { booksDay } from '../../programs/ledger/books-day.ts';
import { firstOpenDay, monthOf } from '../../programs/ledger/months.ts';
import type { Services } from '../services.ts';
import { monthRows, type MonthDocument } from './books/book-documents.ts';

type BooksServices = Pick<Services, 'database'>;

/**
 * The months from `since` (`YYYY-MM`) on that take no more transfers (M10), as of now: one may be closed a moment later, and
 * then the ledger refuses with `month_closed`.
 */
export const closedMonths = (services: BooksServices, since: string): Promise<ReadonlySet<string>> =>
  months(services, { _id: { $gte: since } });

/** Those of them that are closed for good: all that was under way when they were closed has ended. */
export const certifiedMonths = (services: BooksServices, since: string): Promise<ReadonlySet<string>> =>
  months(services, { _id: { $gte: since }, closedAt: { $exists: true } });

/** The day to which something that happens at an instant is booked: its own, or the first open one after it (M10). */
export async function openBooksDay(services: BooksServices, at: Instant): Promise<string> {
  const day = booksDay(at);
  return firstOpenDay(day, await closedMonths(services, monthOf(day)));
}

async function months({ database }: BooksServices, filter: Filter<MonthDocument>): Promise<ReadonlySet<string>> {
  const found = await monthRows(database.db)
    .find(filter, { projection: { _id: 1 } })
    .toArray();
  return new Set(found.map(({ _id }) => _id));
}
