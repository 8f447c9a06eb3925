import type { ProductRef } from './product-terms.ts';

/** An authority or guarantee fund that takes a levy on premium; its payable account is `levy:<authority>:payable`. */
export type LevyAuthority = 'cisf';

/** To whom a premium goes, in thousandths of it; what is left is the carrier's. */
export interface PremiumSplit {
  readonly commissionPerMille: number;
  /** In the order in which they are booked. */
  readonly levies: readonly { readonly authority: LevyAuthority; readonly perMille: number }[];
}

/** China Insurance Security Fund: 0.8 % of the premium of short-term accident cover. */
const levies = [{ authority: 'cisf', perMille: 8 }] as const;

/**
 * The split of each published product version. As frozen as the version itself: a correction is split years later as the
 * charge was that it takes back. Another split is another version of the product.
 */
const splits: ReadonlyMap<ProductRef, PremiumSplit> = new Map([
  ['rider-day@1', { commissionPerMille: 150, levies }],
  ['driver-order@1', { commissionPerMille: 50, levies }],
  ['freight-order@1', { commissionPerMille: 80, levies }],
  ['hourly-work@1', { commissionPerMille: 120, levies }],
]);

/** Throws a plain Error for a product without a split: one that is not in the catalogue, which no cover can name. */
export function premiumSplit(product: ProductRef): PremiumSplit {
  const split = splits.get(product);
  if (!split) throw new Error(`${product} has no premium split.`);
  return split;
}

/** What is wrong with a split before it is published, one sentence each; empty when it may be. */
export function checkSplit({ commissionPerMille, levies: taken }: PremiumSplit): string[] {
  const faults: string[] = [];
  const parts = [commissionPerMille, ...taken.map(({ perMille }) => perMille)];
  if (!parts.every((part) => Number.isSafeInteger(part) && part >= 0)) faults.push('parts are whole, zero or more');
  if (parts.reduce((sum, part) => sum + part, 0) >= 1000) faults.push('something is left for the carrier');
  if (new Set(taken.map(({ authority }) => authority)).size < taken.length) faults.push('each authority is named once');
  return faults;
}
