import type { Instant, Interval } from '../calendar.ts';
import type { Money } from '../money.ts';

/** One movement of money, as one side has it. Both sides name the same movement by the same key. */
export interface Movement {
  readonly key: string;
  readonly what: 'settlement' | 'payout' | 'invoice_payment' | 'top_up' | 'reversal' | 'sweep' | 'unrecognised';
  readonly amount: Money;
  readonly at: Instant;
  /** The provider's object or our transfer, for whoever looks into it. */
  readonly ref: string;
  readonly note?: string;
}

export type Difference =
  | { readonly kind: 'only_at_provider'; readonly key: string; readonly theirs: Movement }
  | { readonly kind: 'only_in_books'; readonly key: string; readonly ours: Movement }
  | { readonly kind: 'amount_differs'; readonly key: string; readonly ours: Movement; readonly theirs: Movement };

/**
 * What one side has and the other has not, or has otherwise, in `within`. Give both lists with a margin around it: a movement
 * that the two sides date differently is then found on the other side, and only what lies `within` is reported. Sorted by key.
 */
export function compareMovements(
  ours: readonly Movement[],
  theirs: readonly Movement[],
  within: Interval,
): readonly Difference[] {
  const oursByKey = new Map(ours.map((movement) => [movement.key, movement]));
  const theirsByKey = new Map(theirs.map((movement) => [movement.key, movement]));
  const isWithin = ({ at }: Movement): boolean => at >= within.from && at < within.to;
  const differences: Difference[] = [];
  for (const [key, mine] of oursByKey) {
    const other = theirsByKey.get(key);
    if (other === undefined) {
      if (isWithin(mine)) differences.push({ kind: 'only_in_books', key, ours: mine });
    } else if (!sameMoney(mine.amount, other.amount) && (isWithin(mine) || isWithin(other))) {
      differences.push({ kind: 'amount_differs', key, ours: mine, theirs: other });
    }
  }
  for (const [key, other] of theirsByKey) {
    if (!oursByKey.has(key) && isWithin(other)) differences.push({ kind: 'only_at_provider', key, theirs: other });
  }
  return differences.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function sameMoney(a: Money, b: Money): boolean {
  return a.amount === b.amount && a.currency === b.currency;
}
