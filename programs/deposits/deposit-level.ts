/** How a deposit stands for whoever has to fill it. */
export type DepositLevel = 'ok' | 'low' | 'empty';

/** Without a level of its own a deposit is low below this share of what was last paid in. */
const LOW_SHARE = 5;

/** The warning level that follows from a top-up; minor units. */
export const warningLevel = (lastTopUp: number): number => Math.floor(lastTopUp / LOW_SHARE);

/**
 * The level of what is left. `empty` means that a day could not be paid. A level ends only in a worse one, or when something
 * was paid in: else rests that come back from envelopes would tell of the same want again and again.
 */
export function depositLevel(before: DepositLevel, { available, lowBelow, refused, paidIn }: LevelFacts): DepositLevel {
  if (refused || (before === 'empty' && !paidIn)) return 'empty';
  return available < lowBelow || (before === 'low' && !paidIn) ? 'low' : 'ok';
}

interface LevelFacts {
  /** Minor units at everybody's disposal. */
  readonly available: number;
  readonly lowBelow: number;
  /** A day could not be paid. */
  readonly refused: boolean;
  readonly paidIn: boolean;
}
