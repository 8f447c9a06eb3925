import type { Instant } from '../calendar.ts';
import { approvalsMissing } from './approvals.ts';
import { lastAttempt, type PayeeNow, type Payout } from './payout.ts';
import { advance, type Advance, type Step } from './step.ts';
import { coolsUntil, PAYEE_CHECK_MS } from './timing.ts';

/** Where a payout stands before its next attempt, and when to look again. */
export interface GateState {
  readonly state: 'payee_fix' | 'awaiting_approval' | 'cooling_down' | 'ready';
  readonly nextAt: Instant | null;
}

/**
 * Whether money may leave, in order of precedence: the payee is verified and was changed after a failure of its making;
 * persons have approved (M8); the account is old enough (M9). Asked anew before every attempt.
 */
export function gate(payout: Payout, payee: Pick<PayeeNow, 'verified'>, now: Instant): GateState {
  if (!payee.verified || payeeFailed(payout)) return { state: 'payee_fix', nextAt: now + PAYEE_CHECK_MS };
  if (approvalsMissing(payout) > 0) return { state: 'awaiting_approval', nextAt: null };
  const { coolsUntil: until } = payout;
  if (until !== null && now < until) return { state: 'cooling_down', nextAt: until };
  return { state: 'ready', nextAt: now };
}

/** Whether the last attempt failed because of the account that the payout still goes to. */
export function payeeFailed(payout: Payout): boolean {
  const last = lastAttempt(payout);
  return last?.fault === 'payee' && last.payeeVersion === payout.payeeVersion;
}

/** The step to where the gate puts a payout. */
export function throughGate(
  payout: Payout,
  payee: Pick<PayeeNow, 'verified'>,
  { now, ...more }: Omit<Advance, 'to'>,
): Step {
  const { state, nextAt } = gate(payout, payee, now);
  return advance(payout, { ...more, to: state, now, change: { ...more.change, nextAt } });
}

/**
 * Binds a payout to the payee's present version: approvals of the old one are void with its binding (M8), and the new
 * account cools down (M9). Only while no key is out: an attempt stays with the account that its key was made for.
 */
export function rebindPayee(payout: Payout, payee: PayeeNow, binding: string, now: Instant): Step {
  const change = {
    payeeVersion: payee.version,
    payeeEditor: payee.editor,
    relation: payee.relation,
    coolsUntil: coolsUntil(payee.setAt, payout.incidentAt),
    binding,
    approvals: [],
  };
  const { state, nextAt } = gate({ ...payout, ...change }, payee, now);
  const note = `The payee changed: version ${payee.version}.`;
  return advance(payout, { to: state, now, note, change: { ...change, nextAt } });
}
