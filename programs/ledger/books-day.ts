import { productDayAt, type Instant } from '../calendar.ts';

/** The books are kept by the days of one zone, whatever the zones of policies and people. */
const BOOKS = { timeZone: 'Asia/Shanghai', boundary: '00:00' } as const;

/** The day to which an accountant counts what happens at an instant: `effectiveOn` of transfers that have no day of their own. */
export const booksDay = (at: Instant): string => productDayAt(at, BOOKS);
