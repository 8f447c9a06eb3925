import { driverOrder1 } from './driver-order.ts';
import { freightOrder1 } from './freight-order.ts';
import { hourlyWork1 } from './hourly-work.ts';
import type { ProductRef, ProductTerms } from './product-terms.ts';
import { riderDay1 } from './rider-day.ts';

/** A published version stays here for ever: covers refer to it by name and version. */
const published: readonly ProductTerms[] = [riderDay1, driverOrder1, freightOrder1, hourlyWork1];

const byRef = new Map(published.map((terms) => [productRef(terms), terms]));

/** The published version that `ref` (`rider-day@1`) names. */
export function productTerms(ref: ProductRef): ProductTerms | undefined {
  return byRef.get(ref);
}

/** Every published version. */
export function products(): readonly ProductTerms[] {
  return published;
}

/** No work of any product counts for longer than this. */
export const longestShiftMinutesMax = Math.max(...published.map((terms) => terms.longestShiftMinutes));

export function productRef(terms: Pick<ProductTerms, 'productId' | 'version'>): ProductRef {
  return `${terms.productId}@${terms.version}`;
}
