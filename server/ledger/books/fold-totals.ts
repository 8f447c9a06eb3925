import type { Filter } from 'mongodb';
import type { AccountId } from '../../../programs/ledger/chart.ts';
import {
  addEffect,
  effectOf,
  type AccountTotals,
  type BookedTransfer,
  type Side,
} from '../../../programs/ledger/check-books.ts';
import { toLong } from '../../database/longs.ts';
import type { TransferDocument } from '../ledger-models.ts';
import type { LedgerView } from './read-ledger.ts';

export const NO_TOTALS: AccountTotals = { debitsPending: 0, debitsPosted: 0, creditsPending: 0, creditsPosted: 0 };

interface Summed {
  readonly _id: { readonly debit: AccountId; readonly credit: AccountId; readonly type: BookedTransfer['type'] };
  readonly amount: number;
  readonly reserved: number;
}

/**
 * What some transfers add up to, by account. The database sums by debit, credit and type, so that it reads each transfer
 * once; what a type does to a total is decided here as everywhere (`effectOf`), and adding up needs no order.
 */
export async function foldTotals(
  { transfers, moment }: LedgerView,
  which: Filter<TransferDocument>,
): Promise<Map<AccountId, AccountTotals>> {
  const folded = new Map<AccountId, AccountTotals>();
  const sums = transfers.aggregate<Summed>(
    [
      ...(Object.keys(which).length > 0 ? [{ $match: which }] : []),
      {
        $group: {
          _id: { debit: '$debit', credit: '$credit', type: '$type' },
          amount: { $sum: '$amount' },
          reserved: { $sum: '$reserved' },
        },
      },
    ],
    { ...moment, allowDiskUse: true },
  );
  for await (const { _id, amount, reserved } of sums) {
    const effect = effectOf({ type: _id.type, amount: exact(amount), reserved: exact(reserved) });
    for (const side of ['debit', 'credit'] as const satisfies readonly Side[]) {
      folded.set(_id[side], addEffect(folded.get(_id[side]) ?? NO_TOTALS, side, effect));
    }
  }
  return folded;
}

export function addTotals(a: AccountTotals, b: AccountTotals): AccountTotals {
  return {
    debitsPending: exact(a.debitsPending + b.debitsPending),
    debitsPosted: exact(a.debitsPosted + b.debitsPosted),
    creditsPending: exact(a.creditsPending + b.creditsPending),
    creditsPosted: exact(a.creditsPosted + b.creditsPosted),
  };
}

/** Throws a RangeError where a sum leaves the safe integers: to round would be a lie. */
function exact(sum: number): number {
  if (!Number.isSafeInteger(sum)) throw new RangeError(`A total of ${String(sum)} is beyond the safe integers.`);
  return sum;
}

/** Totals of an account that has a `seq` too, without it. */
export function totalsOf(account: AccountTotals): AccountTotals {
  const { debitsPending, debitsPosted, creditsPending, creditsPosted } = account;
  return { debitsPending, debitsPosted, creditsPending, creditsPosted };
}

/** Totals as they are stored (M1). */
export function longsOf(totals: AccountTotals) {
  return {
    debitsPending: toLong(totals.debitsPending),
    debitsPosted: toLong(totals.debitsPosted),
    creditsPending: toLong(totals.creditsPending),
    creditsPosted: toLong(totals.creditsPosted),
  };
}
