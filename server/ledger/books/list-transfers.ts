import type { Filter } from 'mongodb';
import type { TransferKind } from '../../../programs/ledger/transfer-kinds.ts';
import type { Services } from '../../services.ts';
import type { TransferDocument } from '../ledger-models.ts';
import { BATCH, viewOf, type LedgerView } from './read-ledger.ts';
import { openHead } from './walk-accounts.ts';

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
  /** The unit of this transfer: it, and those that were committed together with it. */
  readonly togetherWith?: string | undefined;
}

/** Where a page goes on: the day of the last transfer and its id, or in an account's list its place in the account. */
export type TransferKey = readonly [effectiveOn: string, place: string | number];

export interface TransferOrder {
  readonly order: 'earliest_first' | 'latest_first';
  readonly after?: TransferKey | undefined;
  readonly limit?: number;
}

/** Transfers, latest day first, one more than the limit when there are more. */
export async function listTransfers(
  { database }: Pick<Services, 'database'>,
  { limit, after, ...filter }: TransferFilter & { readonly limit: number; readonly after?: TransferKey | undefined },
): Promise<readonly TransferDocument[]> {
  const found: TransferDocument[] = [];
  const read = readTransfers(viewOf(database.db), filter, { order: 'latest_first', after, limit: limit + 1 });
  for await (const transfer of read) found.push(transfer);
  return found;
}

/** All of them, earliest day first, as they are read. */
export const allTransfers = (
  { database }: Pick<Services, 'database'>,
  filter: TransferFilter,
): AsyncIterable<TransferDocument> => readTransfers(viewOf(database.db), filter, { order: 'earliest_first' });

/** The key of a transfer in the list of an account, or in that of all. */
export function transferKey(transfer: TransferDocument, account?: string): TransferKey {
  const { _id, effectiveOn, debit, debitSeq, creditSeq } = transfer;
  if (account === undefined) return [effectiveOn, _id];
  return [effectiveOn, debit === account ? debitSeq : creditSeq];
}

/**
 * By day; within a day by id, in an account's list as they were booked. An account has two sides, each in the order of an
 * index: nothing is sorted, and nothing before the page is read.
 */
export async function* readTransfers(
  { transfers, moment }: LedgerView,
  { account, togetherWith, ...rest }: TransferFilter,
  { order, after, limit = Number.POSITIVE_INFINITY }: TransferOrder,
): AsyncGenerator<TransferDocument> {
  const unit = togetherWith === undefined ? undefined : await transfers.findOne({ _id: togetherWith }, moment);
  if (unit === null) return;
  const direction = order === 'latest_first' ? -1 : 1;
  const read = (side: Pick<TransferQuery, 'debit' | 'credit'>, place: '_id' | 'debitSeq' | 'creditSeq') => {
    const query = transferQuery({ ...rest, ...side, unit, after: after && { key: after, place, direction } });
    const found = transfers.find(query, moment).sort({ effectiveOn: direction, [place]: direction });
    return openHead<TransferDocument>(limit <= BATCH ? found.limit(limit) : found.batchSize(BATCH));
  };
  const sides =
    account === undefined
      ? [read({}, '_id')]
      : [read({ debit: account }, 'debitSeq'), read({ credit: account }, 'creditSeq')];
  try {
    for (const side of sides) await side.next();
    for (let count = 0; count < limit; count += 1) {
      const next = sides.reduce((a, b) => (comesFirst(b.head, a.head, account, direction) ? b : a));
      if (next.head === undefined) return;
      yield next.head;
      await next.next();
    }
  } finally {
    for (const side of sides) await side.close();
  }
}

function comesFirst(
  a: TransferDocument | undefined,
  b: TransferDocument | undefined,
  account: string | undefined,
  direction: 1 | -1,
): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  const [dayA, placeA] = transferKey(a, account);
  const [dayB, placeB] = transferKey(b, account);
  return (dayA === dayB ? placeA < placeB : dayA < dayB) === (direction === 1);
}

export interface TransferQuery extends Omit<TransferFilter, 'account' | 'togetherWith'> {
  readonly debit?: string;
  readonly credit?: string;
  /** Any transfer of the unit. */
  readonly unit?: Pick<TransferDocument, 'bookedAt' | 'unitId'> | undefined;
  readonly after?:
    | { readonly key: TransferKey; readonly place: '_id' | 'debitSeq' | 'creditSeq'; readonly direction: 1 | -1 }
    | undefined;
}

/** Each branch is whole, so that each is a range of one index. */
export function transferQuery({ from, to, unit, after, ...rest }: TransferQuery): Filter<TransferDocument> {
  const same = {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    // A unit is booked in one instant, and the instant has an index.
    ...(unit && { bookedAt: unit.bookedAt, unitId: unit.unitId }),
  };
  const days = { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) };
  const hasDays = Object.keys(days).length > 0;
  if (after === undefined) return hasDays ? { ...same, effectiveOn: days } : same;
  const { key, place, direction } = after;
  const beyond = <T extends string | number>(value: T) => (direction === 1 ? { $gt: value } : { $lt: value });
  return {
    $or: [
      { ...same, effectiveOn: { ...days, $eq: key[0] }, [place]: beyond(key[1]) },
      { ...same, ...(hasDays && { effectiveOn: days }), $and: [{ effectiveOn: beyond(key[0]) }] },
    ],
  };
}
