import type { Interval } from '../calendar.ts';
import type { ProductTerms } from '../products/product-terms.ts';
import type { Contradiction, CoverTerms, DecidedFact, FoldedShift, Unavailability } from './cover-facts.ts';

export interface ShiftFoldRules {
  readonly cover: CoverTerms;
  readonly terms: ProductTerms;
  readonly unavailability: Unavailability;
}

export interface FoldedShifts {
  readonly shifts: readonly FoldedShift[];
  /** Protection of all of them, disjoint and ascending. */
  readonly windows: readonly Interval[];
  readonly contradictions: readonly Contradiction[];
}

export function foldShifts(facts: readonly DecidedFact[], rules: ShiftFoldRules): FoldedShifts {
  throw new Error(`soon ${facts.length} ${rules.cover.coverId}`);
}
