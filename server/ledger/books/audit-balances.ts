import {
  checkBalance,
  checkClearing,
  CLEARING_ACCOUNT,
  type AccountTotals,
} from '../../../programs/ledger/check-books.ts';
import type { Instant } from '../../../programs/calendar.ts';
import type { Breach } from '../../../programs/ledger/invariants.ts';
import type { LedgerView } from './read-ledger.ts';

const DAY_MS = 86_400_000;
/** How long a provider may take to settle what was paid; longer than any that we know. */
export const SETTLEMENT_DAYS = 10;

/** L4: the totals of all accounts, by currency. */
export async function* auditTotals({ accounts, moment }: LedgerView): AsyncGenerator<Breach> {
  const sum = (field: keyof AccountTotals) => ({ $sum: `$${field}` });
  const sums = accounts.aggregate<AccountTotals & { _id: string }>(
    [
      {
        $group: {
          _id: '$currency',
          debitsPending: sum('debitsPending'),
          debitsPosted: sum('debitsPosted'),
          creditsPending: sum('creditsPending'),
          creditsPosted: sum('creditsPosted'),
        },
      },
    ],
    moment,
  );
  for await (const { _id: currency, ...totals } of sums) yield* checkBalance(currency, totals);
}

/** L9: clearing accounts that hold something for longer than the provider takes. */
export async function* auditClearing(
  { accounts, transfers, moment }: LedgerView,
  now: Instant,
  settlementDays = SETTLEMENT_DAYS,
): AsyncGenerator<Breach> {
  const since = new Date(now - settlementDays * DAY_MS);
  /** Reads what was booked since, or the account's side: whichever is less. */
  const recent = async (side: 'debit' | 'credit', account: string): Promise<number> => {
    let sum = 0;
    const latest = transfers.find(
      { [side]: account, bookedAt: { $gte: since }, type: { $in: ['posted', 'post'] } },
      { ...moment, projection: { amount: 1 } },
    );
    for await (const { amount } of latest) sum += amount;
    return sum;
  };
  for await (const { _id: account, ...totals } of accounts.find({ _id: CLEARING_ACCOUNT }, moment)) {
    if (totals.debitsPosted === totals.creditsPosted) continue;
    yield* checkClearing({
      account,
      totals,
      recentDebits: await recent('debit', account),
      recentCredits: await recent('credit', account),
      settlementDays,
    });
  }
}
