import type { Interval } from '../calendar.ts';
import type { ProductRef, ProductTerms } from '../products/product-terms.ts';
import type { CoverTerms, DecidedFact, FoldedCover, Unavailability } from './cover-facts.ts';

export interface FoldCoverInput {
  readonly cover: CoverTerms;
  /** Any facts of the worker; those of other platforms' covers and other shifts do no harm. Load `factWindow`. */
  readonly facts: readonly DecidedFact[];
  readonly unavailability: Unavailability;
  /** The published products unless a test brings its own. */
  readonly termsOf?: (ref: ProductRef) => ProductTerms | undefined;
}

export function foldCover(input: FoldCoverInput): FoldedCover {
  throw new Error(`soon ${input.cover.coverId}`);
}

/** The `occurredAt` range whose events can matter to the covers of a product day (G13). */
export function factWindow(productDayInterval: Interval, terms: ProductTerms): Interval {
  throw new Error(`soon ${productDayInterval.from} ${terms.version}`);
}

/** The `occurredAt` range of the worker's events that `decideCover` may look at for an event that happened at `at`. */
export function decisionFactWindow(at: number, terms: readonly ProductTerms[]): Interval {
  throw new Error(`soon ${at} ${terms.length}`);
}
