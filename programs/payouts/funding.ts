import { accountTerms, currencyOf, type AccountId, type AccountPattern } from '../ledger/chart.ts';

/** Accounts whose money may go out to a payee; any other is refused. `payee:*:unclaimed` pays only what came back to it. */
const FUNDING: readonly AccountPattern[] = [
  'carrier:*:claims_float',
  'carrier:*:claims_receivable',
  'carrier:*:premium_payable',
  'levy:*:payable',
  'program:*:fund',
  'program:*:claims_pool',
  'policy:*:receivable_credit',
  'platform:*:deposit',
];

/** Whether payouts may draw on the account, in this currency. */
export function mayFund(account: AccountId, currency: string): boolean {
  const pattern = accountTerms(account)?.pattern;
  return pattern !== undefined && FUNDING.includes(pattern) && currencyOf(account) === currency;
}
