import { Refusal } from '../../programs/refusal.ts';

/** Days or instants, both ends inclusive, either of them open. */
interface Range<T> {
  readonly from?: T | undefined;
  readonly to?: T | undefined;
}

/** Throws `invalid` with the code given when a range ends before it begins: no page of nothing for a slip of the pen. */
export function checkRange<T extends string | number>(
  { from, to }: Range<T>,
  code: 'invalid_query' | 'invalid_body' = 'invalid_query',
): void {
  if (from === undefined || to === undefined || to >= from) return;
  throw new Refusal('invalid', code, 'to must not lie before from.', {
    details: [{ pointer: '/to', message: 'must not lie before from' }],
  });
}
