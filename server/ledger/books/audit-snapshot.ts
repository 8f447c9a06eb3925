import type { AccountTotals } from '../../../programs/ledger/check-books.ts';
import { breach, type Breach } from '../../../programs/ledger/invariants.ts';
import { foldTotals, NO_TOTALS } from './fold-totals.ts';
import type { LedgerView } from './read-ledger.ts';
import { rowsBetween } from './row-order.ts';
import { lastSnapshot, readSnapshot } from './take-snapshot.ts';

const TOTALS = ['debitsPending', 'debitsPosted', 'creditsPending', 'creditsPosted'] as const;

/** L5 of the last snapshot: it is the fold of all transfers up to its block. */
export async function* auditSnapshot(view: LedgerView): AsyncGenerator<Breach> {
  const snapshot = await lastSnapshot(view);
  if (snapshot === undefined) return;
  const told = (what: string, message: string): Breach =>
    breach('L5', { subject: `snapshot ${snapshot._id} ${what}`.trim() }, message);
  let folded: Map<string, AccountTotals>;
  try {
    folded = await foldTotals(view, rowsBetween(undefined, snapshot.toKey));
  } catch (error) {
    // A damaged amount (L1) spoils the database's sum.
    if (!(error instanceof RangeError)) throw error;
    yield told('', error.message);
    return;
  }
  for await (const [account, totals] of readSnapshot(view, snapshot)) {
    const should = folded.get(account) ?? NO_TOTALS;
    folded.delete(account);
    const wrong = TOTALS.filter((total) => totals[total] !== should[total]);
    if (wrong.length === 0) continue;
    const said = wrong.map((total) => `${total} is ${totals[total]} and should be ${should[total]}`);
    yield told(account, `${said.join('; ')}.`);
  }
  for (const account of folded.keys()) yield told(account, 'It is missing in the snapshot.');
}
