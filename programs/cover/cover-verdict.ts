import type { Instant, Interval } from '../calendar.ts';
import type { ProductRef, ProductTerms } from '../products/product-terms.ts';
import type { Contradiction, CoverTerms, DecidedFact, Unavailability } from './cover-facts.ts';
import type { Reason } from './reasons.ts';

export interface CoverVerdictInput {
  readonly at: Instant;
  readonly covers: readonly CoverTerms[];
  readonly facts: readonly DecidedFact[];
  readonly unavailability: Unavailability;
  /** Only facts received by then count (G19). */
  readonly asKnownAt?: Instant;
  readonly termsOf?: (ref: ProductRef) => ProductTerms | undefined;
}

/** A cover that holds at the instant asked for. */
export interface VerdictCover {
  readonly coverId: string;
  readonly policyId: string;
  readonly productDay: string;
  readonly product: ProductRef;
  readonly policyRevision: number;
  /** The window that holds the instant. */
  readonly window: Interval;
  readonly windows: readonly Interval[];
  /** This cover holds only because of facts received after the instant: a claim goes to a person (G10). */
  readonly needsPerson: boolean;
}

export interface CoverVerdict {
  readonly at: Instant;
  readonly covered: boolean;
  readonly covers: readonly VerdictCover[];
  /** Ids of the events that decided it. */
  readonly decidedBy: readonly string[];
  /** Why not (or what is special about the cover), in the order of their codes. */
  readonly reasons: readonly Reason[];
  /** The instant lies in the uninsured part of a start reported late (G9). */
  readonly gap?: Interval & { readonly shiftId: string };
  /** Some cover that holds needs a person before a claim is paid (G10). */
  readonly needsPerson: boolean;
  readonly contradictions: readonly Contradiction[];
}

export function coverVerdict(input: CoverVerdictInput): CoverVerdict {
  throw new Error(`soon ${input.at}`);
}
