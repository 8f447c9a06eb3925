import {
  checkBalance,
  checkClearing,
  CLEARING_ACCOUNT,
  type AccountTotals,
} from '../../../programs/ledger/check-books.ts';
import type { Instant } from '../../../programs/calendar.ts';
import { accountTerms } from '../../../programs/ledger/chart.ts';
import type { Breach } from '../../../programs/ledger/invariants.ts';
import type { LedgerView } from './read-ledger.ts';

const DAY_MS = 86_400_000;

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

/** L9: accounts that should have returned to zero, and hold something for longer than the chart allows. */
export async function* auditClearing(
  { accounts, transfers, moment }: LedgerView,
  now: Instant,
): AsyncGenerator<Breach> {
  /** What was booked on the account's side in so many days; reads that, or the whole side: whichever is less. */
  const recent = async (side: 'debit' | 'credit', account: string, days: number): Promise<number> => {
    const since = new Date(now - days * DAY_MS);
    let sum = 0;
    const latest = transfers.find(
      { [side]: account, bookedAt: { $gte: since }, type: { $in: ['posted', 'post'] } },
      { ...moment, projection: { amount: 1 } },
    );
    for await (const { amount } of latest) sum += amount;
    return sum;
  };
  for await (const { _id: account, ...totals } of accounts.find({ _id: CLEARING_ACCOUNT }, moment)) {
    const days = accountTerms(account)?.clearsInDays;
    if (days === undefined || totals.debitsPosted === totals.creditsPosted) continue;
    yield* checkClearing({
      account,
      totals,
      recentDebits: await recent('debit', account, days),
      recentCredits: await recent('credit', account, days),
      clearsInDays: days,
    });
  }
}
