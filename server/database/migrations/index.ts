import type { Migration } from '../migrate.ts';
import { gigCover } from './0001-gig-cover.ts';
import { notices } from './0002-notices.ts';
import { lateStarts } from './0003-late-starts.ts';
import { indexesInOrder } from './0004-indexes-in-order.ts';
import { ledger } from './0005-ledger.ts';
import { books } from './0006-books.ts';
import { payments } from './0007-payments.ts';
import { payouts } from './0008-payouts.ts';
import { carriers } from './0009-carriers.ts';
import { invoices } from './0010-invoices.ts';
import { events } from './0011-events.ts';
import { bankFiles } from './0012-bank-files.ts';
import { fewerLedgerIndexes } from './0013-fewer-ledger-indexes.ts';

/** Every migration, in the order of its number. A published one never changes; a change is a new one at the end. */
export const migrations: readonly Migration[] = [
  gigCover,
  notices,
  lateStarts,
  indexesInOrder,
  ledger,
  books,
  payments,
  payouts,
  carriers,
  invoices,
  events,
  bankFiles,
  fewerLedgerIndexes,
];
