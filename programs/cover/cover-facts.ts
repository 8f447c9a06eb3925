import type { Instant, Interval, ProductDay } from '../calendar.ts';
import type { Money } from '../money.ts';
import type { ProductRef } from '../products/product-terms.ts';
import type { Reason } from './reasons.ts';

export type ShiftEventType = 'shift.started' | 'shift.ended' | 'shift.cancelled' | 'order.accepted' | 'order.completed';

/** A fact that a platform reports (G5). Immutable. */
export interface ShiftFact {
  /** The stored event's `_id`: platform, source and id (G3). */
  readonly eventId: string;
  readonly type: ShiftEventType;
  readonly platformId: string;
  readonly workerId: string;
  readonly shiftId: string;
  readonly orderId?: string | undefined;
  /** Named by the platform when several policies match. */
  readonly policyId?: string | undefined;
  readonly occupationClass: string;
  readonly territory: string;
  readonly declaredAge?: number | undefined;
  readonly occurredAt: Instant;
  readonly receivedAt: Instant;
}

/**
 * The answer to an event.
 * - `covered`: this event opened the product day's cover; `already_covered`: the day's cover stands, opened by another (G2).
 * - `extended`: the day's cover stands and this start adds protection at instants that had none before it.
 * - `ended`: an end or a cancellation was taken; `pending_start`: stored, its start is not known yet (G12).
 * - `recorded`: stored, the product does not use this type of event; nothing changes.
 * - `not_covered`: stored and refused with reasons (G6).
 */
export type Outcome =
  'covered' | 'already_covered' | 'extended' | 'ended' | 'pending_start' | 'recorded' | 'not_covered';

/** G17: final for day products; else the minimum, and the close computes the rest. */
export interface Premium extends Money {
  readonly final: boolean;
}

export type DecisionFlag = 'late' | 'age_unknown' | 'back_filled' | 'unavailability_excused';

/** What an event was answered with; stored on it, never changed (G2). */
export interface EventDecision {
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
  readonly flags: readonly DecisionFlag[];
  /** Present on accepted starts and on ends matched to one. */
  readonly cover?: CoverKey & {
    readonly coverId: string;
    readonly policyRevision: number;
    readonly product: ProductRef;
    /** Protection because of this start begins here: its time, or its receipt when late (G9). */
    readonly effectiveAt: Instant;
  };
  readonly premium?: Premium;
}

/** A stored event: the fact with the decision it was answered with. */
export interface DecidedFact extends ShiftFact {
  readonly decision: EventDecision;
}

/** (policy, worker, product day): one cover, whatever happens (DESIGN 3.1). */
export interface CoverKey {
  readonly policyId: string;
  readonly workerId: string;
  readonly productDay: ProductDay;
}

/** What a cover document reserves and freezes (G1, G15). */
export interface CoverTerms extends CoverKey {
  readonly coverId: string;
  readonly policyRevision: number;
  readonly product: ProductRef;
  readonly timeZone: string;
  readonly backFilling: boolean;
  readonly openedByEventId: string;
  readonly openedAt: Instant;
  /** Prepaid policies: the envelope that paid for it (G21). */
  readonly envelopeId?: string | undefined;
}

/** One recorded state of a policy; revisions are inserted, never changed (G15, G19). */
export interface PolicyRevision {
  readonly policyId: string;
  readonly revision: number;
  readonly recordedAt: Instant;
  /** The revision governs starts from here on (until a later revision's `effectiveAt`). */
  readonly effectiveAt: Instant;
  readonly platformId: string;
  readonly carrierId: string;
  readonly policyholder: string;
  readonly product: ProductRef;
  /** In force `[period.from, period.to)`. */
  readonly period: Interval;
  readonly timeZone: string;
  readonly occupationClasses: readonly string[];
  readonly territories: readonly string[];
  /** Declared back-filling allowed: starts insure from their own time however late (G9, G10). */
  readonly backFilling: boolean;
  readonly prepaid: boolean;
  /** The carrier's share of premium stays here, in its claims float (M4); absent: it is paid out every month. */
  readonly netting?: boolean;
}

/** What is known of the worker's age; the earliest named source wins. */
export interface WorkerFacts {
  /** `YYYY-MM-DD` */
  readonly birthOn?: string;
}

/** G21: postpaid policies need none; the gig issue knows only these two. */
export type DepositState = 'not_needed' | 'available' | 'empty';

/** Times at which we were recorded as unavailable: they do not count towards lateness (G9). */
export type Unavailability = readonly Interval[];

export type ContradictionCode =
  | 'several_starts'
  | 'several_ends'
  | 'end_before_start'
  | 'end_without_start'
  | 'shift_of_other_worker'
  | 'cancelled_after_grace'
  | 'clipped_at_longest_shift';

/** A contradiction in the reports, with the precedence that settled it (G12). */
export interface Contradiction {
  readonly code: ContradictionCode;
  readonly shiftId: string;
  readonly eventIds: readonly string[];
}

/** One piece of work (a shift, or an order for per-order products) as folded from its events. */
export interface FoldedShift {
  readonly shiftId: string;
  readonly orderId?: string;
  readonly productDay: ProductDay;
  readonly startedAt: Instant;
  /** Protection begins here: `startedAt`, or the start's receipt when late (G9). */
  readonly effectiveAt: Instant;
  /** Work ended here as far as the charge goes. */
  readonly endedAt: Instant;
  /** Protection on account of the shift runs to here, tail included; never before what was given by receipt of the end (G11). */
  readonly protectedUntil: Instant;
  /** `clipped`: no end was reported; closed at the longest shift, derived (G14). */
  readonly end: 'reported' | 'cancelled' | 'clipped';
  /** A cancellation received within grace voids the charge, not the protection until its receipt (G11). */
  readonly charged: boolean;
  readonly eventIds: readonly string[];
}

/** A cover as the fold of its events. */
export interface FoldedCover {
  readonly terms: CoverTerms;
  /** No valid stored start: no cover and no charge (G1). */
  readonly live: boolean;
  readonly shifts: readonly FoldedShift[];
  /** Disjoint, ascending. */
  readonly windows: readonly Interval[];
  readonly charge: Premium;
  /** Whole minutes charged (hourly) or distinct orders (per order); 1 for a charged day. */
  readonly quantity: number;
  readonly contradictions: readonly Contradiction[];
}
