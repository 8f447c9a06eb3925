import type { ProductRef, ProductTerms } from './product-terms.ts';

/** The published version that `ref` (`rider-day@1`) names. */
export function productTerms(ref: ProductRef): ProductTerms | undefined {
  return products().find((terms) => productRef(terms) === ref);
}

/** Every published version. */
export function products(): readonly ProductTerms[] {
  return [];
}

export function productRef(terms: Pick<ProductTerms, 'productId' | 'version'>): ProductRef {
  return `${terms.productId}@${terms.version}`;
}
