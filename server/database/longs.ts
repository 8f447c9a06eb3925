import { Long } from 'mongodb';

/**
 * An integer amount as the 64-bit long that BSON must hold (M1): a plain JavaScript number above 2^31-1 would be stored as
 * a double. Reading gives numbers back (`promoteLongs`). Throws a RangeError for what is not a safe integer.
 */
export function toLong(amount: number): Long {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${amount} is not a safe integer of minor units.`);
  return Long.fromNumber(amount);
}
