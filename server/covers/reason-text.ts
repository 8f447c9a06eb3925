import { reasonOf } from '../../programs/cover/reasons.ts';
import type { LocalText } from '../../programs/products/product-terms.ts';

/** A reason's number, stable name and sentences, as answers show it. Throws for a name that no rule uses. */
export function reasonText(name: string): { readonly code: string; readonly name: string; readonly text: LocalText } {
  const reason = reasonOf(name);
  if (!reason) throw new RangeError(`${name} is not a reason.`);
  return { code: reason.code, name: reason.name, text: reason.text };
}
