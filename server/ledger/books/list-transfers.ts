import type { Filter } from 'mongodb';
import type { TransferKind } from '../../../programs/ledger/transfer-kinds.ts';
import type { Services } from '../../services.ts';
import type { TransferDocument } from '../ledger-models.ts';
import { BATCH, viewOf } from './read-ledger.ts';

/** What transfers are looked for; the same on a screen, in a CSV and on the command line. All must hold. */
export interface TransferFilter {
  /** On either side. */
  readonly account?: string | undefined;
  readonly kind?: TransferKind | undefined;
  /** Days of `effectiveOn`, both inclusive: local days of whoever booked the transfer. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The resolver of this pending transfer. */
  readonly resolves?: string | undefined;
  /** Those that were committed together. */
  readonly unit?: string | undefined;
}

/** Where a page goes on: the day and the id of the last transfer. */
export type TransferKey = readonly [effectiveOn: string, id: string];

/** Transfers, latest day first, one more than the limit when there are more. */
export async function listTransfers(
  { database }: Pick<Services, 'database'>,
  { limit, after, ...filter }: TransferFilter & { readonly limit: number; readonly after?: TransferKey | undefined },
): Promise<readonly TransferDocument[]> {
  return viewOf(database.db)
    .transfers.find(transferQuery(filter, after))
    .sort({ effectiveOn: -1, _id: -1 })
    .limit(limit + 1)
    .toArray();
}

/** All of them, earliest day first, as they are read. */
export function allTransfers(
  { database }: Pick<Services, 'database'>,
  filter: TransferFilter,
): AsyncIterable<TransferDocument> {
  return viewOf(database.db).transfers.find(transferQuery(filter)).sort({ effectiveOn: 1, _id: 1 }).batchSize(BATCH);
}

/**
 * Each branch is whole, so that each is a range of one index in the order of the sort: nothing is sorted, and nothing
 * before the page is read.
 */
export function transferQuery(
  { account, kind, from, to, resolves, unit }: TransferFilter,
  before?: TransferKey,
): Filter<TransferDocument> {
  const same = {
    ...(kind !== undefined && { kind }),
    ...(resolves !== undefined && { resolves }),
    ...(unit !== undefined && { unitId: unit }),
  };
  const days = { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) };
  const hasDays = Object.keys(days).length > 0;
  const sides: Filter<TransferDocument>[] = account === undefined ? [{}] : [{ debit: account }, { credit: account }];
  const pages: Filter<TransferDocument>[] =
    before === undefined
      ? [hasDays ? { effectiveOn: days } : {}]
      : [
          { effectiveOn: { ...days, $eq: before[0] }, _id: { $lt: before[1] } },
          { ...(hasDays && { effectiveOn: days }), $and: [{ effectiveOn: { $lt: before[0] } }] },
        ];
  const branches = sides.flatMap((side) => pages.map((page) => ({ ...same, ...side, ...page })));
  const [only, ...more] = branches;
  return more.length === 0 && only !== undefined ? only : { $or: branches };
}
