import { splitMoney, type Money } from '../money.ts';
import { premiumSplit, type LevyAuthority, type PremiumSplit } from '../products/premium-splits.ts';
import type { ProductRef } from '../products/product-terms.ts';

/** A premium by whom it belongs to. The parts add up to it exactly; all negative or zero where it is taken back. */
export interface PremiumParts {
  readonly carrier: Money;
  readonly commission: Money;
  readonly levies: readonly { readonly authority: LevyAuthority; readonly amount: Money }[];
}

/**
 * Splits the premium that a statement charges under one product by the product's table, largest remainder. Done once per
 * statement total and never per line: thousands of rounded lines would add up to something else (M1). A negative total
 * gives exactly the negative of what the charge gave.
 */
export const splitPremium = (total: Money, product: ProductRef): PremiumParts => splitBy(total, premiumSplit(product));

/** The same by any split. */
export function splitBy(total: Money, { commissionPerMille, levies }: PremiumSplit): PremiumParts {
  const taken = levies.map(({ perMille }) => perMille);
  const left = 1000 - taken.reduce((sum, perMille) => sum + perMille, commissionPerMille);
  const parts = splitMoney(total, [left, commissionPerMille, ...taken]);
  const part = (at: number): Money => {
    const found = parts[at];
    if (!found) throw new Error('A split gave fewer parts than it has weights.');
    return found;
  };
  return {
    carrier: part(0),
    commission: part(1),
    levies: levies.map(({ authority }, at) => ({ authority, amount: part(2 + at) })),
  };
}
