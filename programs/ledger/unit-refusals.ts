/**
 * Why the ledger refuses a unit, in order of precedence: of several reasons the first is told. What concerns ids is asked
 * of all transfers first, then the unit's writes, then the rest of each transfer in the unit's order. `remembered`: the
 * ids of the unit's transfers stay refused for ever, because whoever was told so may have acted on it (M2).
 */
export const UNIT_REFUSALS = {
  transfer_id_reused: { remembered: false, what: 'The id was used with other content, or in another unit' },
  transfer_id_refused: { remembered: false, what: 'The id was refused before with other content, and stays so' },
  already_exists: { remembered: false, what: 'A document to insert is there already' },
  guard_failed: { remembered: false, what: 'A guarded document is not as the unit expects' },
  month_closed: { remembered: false, what: '`effectiveOn` lies in a closed month (M10)' },
  pending_not_found: { remembered: false, what: 'There is no such pending transfer' },
  already_resolved: { remembered: true, what: 'The pending transfer is posted, voided or expired already' },
  pending_not_due: { remembered: false, what: 'An `expire` comes before its time, or never could' },
  pending_expired: { remembered: true, what: 'The time in which the pending transfer could be posted is over' },
  exceeds_pending: { remembered: true, what: 'More is posted than was reserved' },
  exceeds_funds: { remembered: true, what: 'An account would be overdrawn' },
} as const satisfies Readonly<Record<string, { readonly remembered: boolean; readonly what: string }>>;

export type UnitRefusalCode = keyof typeof UNIT_REFUSALS;

/** A refusal as it is told and, where it is remembered, told again. */
export interface UnitRefusal {
  readonly code: UnitRefusalCode;
  /** A sentence for a person. */
  readonly message: string;
  /** The transfer, account or document that it is about. */
  readonly at?: string;
}
