import { stringify } from 'csv-stringify/sync';
import { currencyOf } from '../../../programs/ledger/chart.ts';
import { formatMajor } from '../../../programs/money.ts';
import { CSV } from './export-transfers.ts';
import { nameOf } from './render-books.ts';
import type { TrialBalance } from './trial-balance.ts';

const COLUMNS = ['account', 'name', 'currency', 'debits', 'credits', 'debit_balance', 'credit_balance'] as const;

/** A trial balance as an accountant loads it: what is posted, in major units; a balance stands on its side. */
export function exportTrialBalance({ lines }: Pick<TrialBalance, 'lines'>): string {
  const rows = lines.map(({ account, debitsPosted, creditsPosted }) => {
    const currency = currencyOf(account);
    const major = (amount: number): string => formatMajor({ amount, currency });
    const balance = debitsPosted - creditsPosted;
    return [
      account,
      nameOf(account),
      currency,
      major(debitsPosted),
      major(creditsPosted),
      balance > 0 ? major(balance) : '',
      balance < 0 ? major(-balance) : '',
    ];
  });
  return stringify([[...COLUMNS], ...rows], CSV);
}
