import type { LocalText } from '../products/product-terms.ts';

/** A reason as people and platforms read it: the code and the name never change once published. */
export interface ReasonEntry {
  readonly code: string;
  readonly name: Reason;
  readonly text: LocalText;
}

/** What decisions store: the stable name. */
export type Reason =
  | 'shift_of_other_worker'
  | 'no_policy'
  | 'unknown_policy'
  | 'policy_not_in_force'
  | 'occupation_not_covered'
  | 'territory_not_covered'
  | 'several_policies'
  | 'age_below'
  | 'age_above'
  | 'shift_cancelled'
  | 'late_and_over'
  | 'deposit_empty'
  | 'late_from_receipt'
  | 'back_filled'
  | 'unavailability_excused'
  | 'age_unknown'
  | 'shift_already_started'
  | 'cancelled_charge_void'
  | 'cancelled_after_grace'
  | 'end_before_start'
  | 'start_unknown'
  | 'start_not_covered'
  | 'event_not_used'
  | 'no_work_reported'
  | 'outside_window';

export const REASONS: Readonly<Record<Reason, ReasonEntry>> = {} as never;

export function reasonOf(name: string): ReasonEntry | undefined {
  return Object.values(REASONS).find((entry) => entry.name === name);
}
