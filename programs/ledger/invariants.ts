/** What must hold in the books at every moment. Each is checked by `check-books.ts`; the README of `server/ledger/books` tells more. */
export const INVARIANTS = {
  L1: 'amounts are positive safe integers',
  L2: 'one currency, in accounts of the chart',
  L3: 'debit and credit are two accounts',
  L4: 'debits equal credits',
  L5: 'totals are the fold of the transfers',
  L6: 'limits hold at every seq',
  L7: 'at most one resolver, within what was reserved',
  L8: 'an id has one content and one answer',
  L9: 'clearing accounts return to zero',
  L10: 'sealed blocks verify',
  L11: 'seq has no hole',
  L12: "a program's money adds up",
} as const;

export type InvariantCode = keyof typeof INVARIANTS;

/** One place where the books are wrong, named so that a person can look there. */
export interface Breach {
  readonly code: InvariantCode;
  /** The invariant in words. */
  readonly name: string;
  /** What it is about: an account, a transfer, a block, a program or a currency. With `code` it tells one breach from another. */
  readonly subject: string;
  readonly account?: string;
  readonly transferId?: string;
  readonly message: string;
}

type About =
  | { readonly account: string; readonly transferId?: string }
  | { readonly transferId: string }
  | { readonly subject: string };

export function breach(code: InvariantCode, about: About, message: string): Breach {
  const subject = 'subject' in about ? about.subject : [Object.values(about)].flat().join(' ');
  return { code, name: INVARIANTS[code], ...about, subject, message };
}
