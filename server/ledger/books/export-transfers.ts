import { stringify, type Options } from 'csv-stringify/sync';
import { effectOf } from '../../../programs/ledger/check-books.ts';
import { formatMajor } from '../../../programs/money.ts';
import type { Services } from '../../services.ts';
import type { TransferDocument } from '../ledger-models.ts';
import { inBatches } from './audit-documents.ts';
import { allTransfers, type TransferFilter } from './list-transfers.ts';

/** A spreadsheet must not run what somebody once gave as an id. */
export const CSV: Options = { escape_formulas: true, record_delimiter: 'windows' };

const COLUMNS = [
  'date',
  'booked_at',
  'id',
  'unit',
  'kind',
  'type',
  'debit',
  'credit',
  'currency',
  'posted',
  'reserved',
  'released',
  'resolves',
  'refs',
] as const;

/**
 * Transfers as an accountant loads them, in chunks as they are read, earliest day first. `date` is `effectiveOn`, the local
 * day to which the transfer counts; `booked_at` is UTC. Amounts in major units of `currency`: `posted` moves money for
 * good, `reserved` and `released` are the two ends of a reserve.
 */
export async function* exportTransfers(
  services: Pick<Services, 'database'>,
  filter: TransferFilter,
): AsyncGenerator<string> {
  yield stringify([[...COLUMNS]], CSV);
  for await (const rows of inBatches(allTransfers(services, filter))) yield stringify(rows.map(rowOf), CSV);
}

function rowOf(transfer: TransferDocument): readonly string[] {
  const {
    _id,
    unitId,
    kind,
    type,
    debit,
    credit,
    currency,
    bookedAt,
    effectiveOn,
    resolves = '',
    refs = {},
  } = transfer;
  const { posted, pending } = effectOf(transfer);
  const major = (amount: number): string => (amount > 0 ? formatMajor({ amount, currency }) : '');
  const references = Object.entries(refs).map(([name, id]) => `${name}=${id}`);
  return [
    effectiveOn,
    bookedAt.toISOString(),
    _id,
    unitId,
    kind,
    type,
    debit,
    credit,
    currency,
    major(posted),
    major(pending),
    major(-pending),
    resolves,
    references.join(' '),
  ];
}
