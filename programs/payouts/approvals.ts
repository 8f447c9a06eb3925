import { approvalsNeeded } from './bands.ts';
import type { Payout } from './payout.ts';

/** Why a person may not approve a payout (M8). */
export type ApproverFault = 'is_creator' | 'is_assessor' | 'is_payee_editor' | 'approved_already' | 'is_no_person';

/** Names under which jobs and unattended commands act: nobody's, so they approve nothing. */
const NOBODY = new Set(['jobs', 'cli', 'system']);

/** In order of precedence; undefined when the person may approve. */
export function approverFault(payout: Payout, person: string): ApproverFault | undefined {
  if (NOBODY.has(person)) return 'is_no_person';
  if (payout.createdBy === person) return 'is_creator';
  if (payout.assessors.includes(person)) return 'is_assessor';
  if (payout.payeeEditor === person) return 'is_payee_editor';
  return approvers(payout).has(person) ? 'approved_already' : undefined;
}

/** The persons whose approval holds: of what the payout is now, by somebody who may. Persons are counted, not keys. */
export function approvers(payout: Payout): ReadonlySet<string> {
  const barred = new Set([payout.createdBy, payout.payeeEditor, ...payout.assessors]);
  return new Set(
    payout.approvals
      .filter(({ binding, person }) => binding === payout.binding && !barred.has(person))
      .map(({ person }) => person),
  );
}

/** How many approvals are still missing. */
export function approvalsMissing(payout: Payout): number {
  const { currency } = payout.amount;
  const needed = approvalsNeeded({ amount: payout.countedAmount, currency }, payout.relation);
  return Math.max(0, needed - approvers(payout).size);
}
