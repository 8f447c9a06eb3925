import type { ProductRef, ProductTerms } from '../products/product-terms.ts';
import type {
  CoverTerms,
  DecidedFact,
  DepositState,
  EventDecision,
  PolicyRevision,
  ShiftFact,
  Unavailability,
  WorkerFacts,
} from './cover-facts.ts';

export interface DecideCoverInput {
  readonly event: ShiftFact;
  /** The worker's events on this platform known so far, without this one, in any order. Load `decisionFactWindow`. */
  readonly known: readonly DecidedFact[];
  readonly worker: WorkerFacts;
  /** All revisions of the platform's policies. */
  readonly policies: readonly PolicyRevision[];
  readonly deposit?: DepositState;
  readonly unavailability: Unavailability;
  /** The worker whose start of this shift id was received first, when it is another one (G12). */
  readonly otherShiftOwner?: string;
  readonly termsOf: (ref: ProductRef) => ProductTerms | undefined;
}

export interface CoverDecision {
  readonly decision: EventDecision;
  /** The cover to insert: present when an accepted start is the first known event to name it. */
  readonly reserve?: CoverTerms;
}

export function decideCover(input: DecideCoverInput): CoverDecision {
  throw new Error(`soon ${input.event.eventId}`);
}
