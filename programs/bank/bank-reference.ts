/** What a text on a bank statement points to. */
export type BankReference =
  | { readonly kind: 'payout'; readonly payoutId: string; readonly attempt: number }
  | { readonly kind: 'invoice'; readonly invoiceId: string }
  | { readonly kind: 'top_up'; readonly topUpId: string };

/** What a payment order carries, and the bank gives back on its statement. */
export const payoutReference = (payoutId: string, attempt: number): string => `${payoutId}-${attempt}`;

const PATTERN = /(?:^|[^0-9a-z])(pyo|inv|top)[ _-]?([0-9a-hjkmnp-tv-z]{26})(?:[ -]?-[ ]?(\d{1,4}))?(?![0-9a-z])/gi;

/**
 * The reference in a statement's text, however the bank and the payer wrote around it: other case, the underscore as a space,
 * a hyphen or gone. A text with two different references says nothing certain, so it counts as having none.
 */
export function findReference(text: string): BankReference | undefined {
  const found = new Map<string, BankReference>();
  for (const [, prefix = '', digits = '', attempt] of text.matchAll(PATTERN)) {
    const reference = referenceOf(prefix.toLowerCase(), digits.toLowerCase(), attempt);
    if (reference !== undefined) found.set(JSON.stringify(reference), reference);
  }
  const [only, ...others] = found.values();
  return others.length === 0 ? only : undefined;
}

function referenceOf(prefix: string, digits: string, attempt: string | undefined): BankReference | undefined {
  const id = `${prefix}_${digits}`;
  if (prefix === 'inv') return { kind: 'invoice', invoiceId: id };
  if (prefix === 'top') return { kind: 'top_up', topUpId: id };
  return attempt === undefined ? undefined : { kind: 'payout', payoutId: id, attempt: Number(attempt) };
}
