import { checkBooks } from '../server/ledger/books/check-books.ts';
import type { Tick } from './schedule.ts';

/** Checks what is new in the books since the last check, and keeps what is wrong. */
export const checkBooksTick: Tick = async (services) => {
  const { transferCount, newCount, breaches } = await checkBooks(services);
  return { transfers: transferCount, newBreaches: newCount, openBreaches: breaches.length };
};
