import { productRef } from '../../programs/products/catalogue.ts';
import type { ProductTerms } from '../../programs/products/product-terms.ts';

/** A published product version as everybody may read it: its terms, and the sentences that say them in English and Chinese. */
export function renderProduct(terms: ProductTerms) {
  return { ref: productRef(terms), ...terms };
}
