import { checkBooks } from '../server/ledger/books/check-books.ts';
import type { Tick } from './schedule.ts';

/** Checks the whole books, also what was checked before; what is wrong no more is marked as gone. */
export const checkBooksFullTick: Tick = async (services) => {
  const { transferCount, newCount, breaches } = await checkBooks(services, { full: true });
  return { transfers: transferCount, newBreaches: newCount, openBreaches: breaches.length };
};
