import type { ProductDay } from '../calendar.ts';

/** Five ways to count the premium of one carrier; in minor units, negative where credits prevail. */
export interface PremiumFigures {
  /** What the covers' folds charge now, less what statements of other months charged for them. */
  readonly covers: number;
  /** What the lines of the statements come to. */
  readonly lines: number;
  /** What the statements declare. */
  readonly statements: number;
  /** The lines that the carrier is shown. */
  readonly bordereau: number;
  /** What was booked: the carrier's share, the commission and the levies. */
  readonly ledger: number;
}

/** One product day of one policy. */
export interface DayFigures extends PremiumFigures {
  readonly policyId: string;
  readonly productDay: ProductDay;
}

/** The figure that a difference is in is the first, in this order, that is not what the one before it says. */
const FIGURES = ['covers', 'lines', 'statements', 'bordereau', 'ledger'] as const;

export interface PremiumMismatch {
  readonly policyId: string;
  readonly productDay: ProductDay;
  /** Two that should be equal. */
  readonly between: readonly [keyof PremiumFigures, keyof PremiumFigures];
  readonly figures: PremiumFigures;
}

/** Whether covers, statements, bordereau and ledger say the same of a day; undefined when they do. */
export function dayMismatch(day: DayFigures): PremiumMismatch | undefined {
  for (const [at, figure] of FIGURES.entries()) {
    const before = FIGURES[at - 1];
    if (before === undefined || day[figure] === day[before]) continue;
    const { policyId, productDay, covers, lines, statements, bordereau, ledger } = day;
    return {
      policyId,
      productDay,
      between: [before, figure],
      figures: { covers, lines, statements, bordereau, ledger },
    };
  }
  return undefined;
}

export const NO_PREMIUM: PremiumFigures = { covers: 0, lines: 0, statements: 0, bordereau: 0, ledger: 0 };

export const addFigures = (a: PremiumFigures, b: PremiumFigures): PremiumFigures => ({
  covers: a.covers + b.covers,
  lines: a.lines + b.lines,
  statements: a.statements + b.statements,
  bordereau: a.bordereau + b.bordereau,
  ledger: a.ledger + b.ledger,
});
