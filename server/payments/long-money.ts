import { toLong } from '../database/longs.ts';

/** A copy of plain data in which the amount of every `Money`, however deep, is the 64-bit long that BSON must hold (M1). */
export function longMoney(value: object): Record<string, unknown> {
  const isMoney = 'amount' in value && typeof value.amount === 'number' && 'currency' in value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => {
      if (isMoney && key === 'amount' && typeof inner === 'number') return [key, toLong(inner)];
      const isPlain = typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !(inner instanceof Date);
      return [key, isPlain ? longMoney(inner) : inner];
    }),
  );
}
