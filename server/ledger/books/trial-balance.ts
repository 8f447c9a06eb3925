import type { Instant } from '../../../programs/calendar.ts';
import { currencyOf, type AccountId } from '../../../programs/ledger/chart.ts';
import type { AccountTotals } from '../../../programs/ledger/check-books.ts';
import type { Services } from '../../services.ts';
import { addTotals, foldTotals, NO_TOTALS } from './fold-totals.ts';
import { inOneMoment } from './read-ledger.ts';
import { rowsBetween } from './row-order.ts';
import { SEAL_AFTER_MS } from './seal-blocks.ts';
import { lastSnapshot, mergedTotals } from './take-snapshot.ts';

export interface TrialBalanceQuery {
  /** What was booked up to and with this instant; default: all that there is now. */
  readonly asOf?: Instant | undefined;
  readonly currency?: string | undefined;
  /** Only accounts whose id begins so. Totals are then of these accounts, and need not balance. */
  readonly prefix?: string | undefined;
  /** Folds every transfer instead of beginning at a snapshot: slower, and depends on no snapshot. */
  readonly wholeFold?: boolean;
}

export interface TrialBalance {
  readonly asOf: Instant;
  /** So young that a commit under way may still be booked before it. */
  readonly provisional: boolean;
  /** The block at whose end the fold began; undefined: at the first transfer. */
  readonly fromBlock: number | undefined;
  /** In the order of their accounts, those without a transfer left out. */
  readonly lines: readonly (AccountTotals & { readonly account: AccountId })[];
  /** By currency: debits equal credits, or the books are wrong (L4). */
  readonly totals: readonly (AccountTotals & { readonly currency: string })[];
}

/** Every account's totals as of an instant: the last snapshot before it, and the transfers since, read as of one moment. */
export async function trialBalance(
  { database, clock }: Pick<Services, 'database' | 'clock'>,
  { asOf, currency, prefix = '', wholeFold = false }: TrialBalanceQuery = {},
): Promise<TrialBalance> {
  const now = clock.now();
  const until = asOf === undefined ? undefined : new Date(asOf);
  return inOneMoment(database, async (view) => {
    const snapshot = wholeFold ? undefined : await lastSnapshot(view, until);
    const tail = rowsBetween(snapshot?.toKey);
    const since = await foldTotals(view, until === undefined ? tail : { $and: [tail, { bookedAt: { $lte: until } }] });
    const lines: (AccountTotals & { account: AccountId })[] = [];
    const totals = new Map<string, AccountTotals>();
    for await (const [account, sums] of mergedTotals(view, snapshot, since)) {
      const of = currencyOf(account);
      if (!account.startsWith(prefix) || (currency !== undefined && currency !== of)) continue;
      lines.push({ account, ...sums });
      totals.set(of, addTotals(totals.get(of) ?? NO_TOTALS, sums));
    }
    return {
      asOf: asOf ?? now,
      provisional: (asOf ?? now) > now - SEAL_AFTER_MS,
      fromBlock: snapshot?._id,
      lines,
      totals: [...totals].sort().map(([code, sums]) => ({ currency: code, ...sums })),
    };
  });
}
