import type { Instant } from '../calendar.ts';
import { gate } from './gate.ts';
import type { PayeeNow, Payout } from './payout.ts';
import type { Step } from './step.ts';
import { coolsUntil } from './timing.ts';

/** What the caller decided. */
export type PayoutDecision = Pick<
  Payout,
  | 'id'
  | 'businessKey'
  | 'contentHash'
  | 'claimId'
  | 'retryOf'
  | 'amount'
  | 'countedAmount'
  | 'lines'
  | 'statementText'
  | 'fundingAccount'
  | 'sourceAccount'
  | 'cashAccount'
  | 'provider'
  | 'createdBy'
  | 'assessors'
  | 'incidentAt'
>;

/** The text whose hash an approval binds: lines, payee with version, amount (M8). */
export function bindingText(
  payout: Pick<Payout, 'lines' | 'amount' | 'payeeId'>,
  payee: Pick<PayeeNow, 'payeeId' | 'version'>,
): string {
  const lines = payout.lines.map(({ ref, amount }) => [ref, amount]);
  return JSON.stringify([lines, payee.payeeId, payee.version, payout.amount.amount, payout.amount.currency]);
}

/**
 * The first version of a payout, its money reserved under `<id>:1`. A payee that is set or changed after the incident
 * cools down (M9); the rest of the gate decides where it waits.
 */
export function newPayout(decision: PayoutDecision, payee: PayeeNow, binding: string, now: Instant): Step {
  const draft: Payout = {
    ...decision,
    payeeId: payee.payeeId,
    payeeVersion: payee.version,
    payeeEditor: payee.editor,
    relation: payee.relation,
    holderId: payee.holderId,
    decidedAt: now,
    binding,
    approvals: [],
    coolsUntil: coolsUntil(payee.setAt, decision.incidentAt),
    state: 'ready',
    stateSince: now,
    version: 1,
    events: 1,
    reservation: 1,
    nextAt: null,
    lease: null,
    attempts: [],
    successorId: null,
    releasedAt: null,
    contradictions: [],
    timeline: [],
  };
  const { state, nextAt } = gate(draft, payee, now);
  const timeline = [{ at: now, state, by: decision.createdBy, note: 'Decided, and the money reserved.' }];
  return { payout: { ...draft, state, nextAt, timeline }, moves: ['reserve'], tells: ['payout.created'] };
}

/** The same payout where the money lacked: kept, and paid in its turn. Lack of money is no reason to refuse (H2, M2). */
export function awaitingFunds({ payout }: Step, message: string): Step {
  const { decidedAt, createdBy } = payout;
  const timeline = [{ at: decidedAt, state: 'awaiting_funds' as const, by: createdBy, note: message.slice(0, 200) }];
  return { payout: { ...payout, state: 'awaiting_funds', nextAt: null, events: 0, timeline }, moves: [], tells: [] };
}
