import { approve, mayVoid, voidPayout } from '../../programs/payouts/decide.ts';
import { approverFault, type ApproverFault } from '../../programs/payouts/approvals.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { decideAndCommit } from './commit-step.ts';
import { followStep } from './follow-payee.ts';
import type { PayoutDeps } from './payout-deps.ts';

const WORDS: Readonly<Record<ApproverFault, string>> = {
  is_no_person: 'Only a person approves, with a key of their own.',
  is_creator: 'You created this payout: somebody else must approve it.',
  is_assessor: 'You assessed what this payout pays: somebody else must approve it.',
  is_payee_editor: 'You set the account that it goes to: somebody else must approve it.',
  approved_already: 'You approved it already: persons are counted, not keys.',
};

export interface ApprovePayout {
  readonly actor: ActorOf<'operator'>;
  readonly payoutId: string;
  /** The binding that the person saw; when the payout is another by now, the approval is refused. */
  readonly binding: string;
}

/**
 * One person's approval of exactly these lines, this payee and this amount (M8). Approving the same again changes nothing.
 * Throws `payout_not_found`, `payout_not_awaiting_approval`, `approver_refused`, `payout_changed`.
 */
export async function approvePayout(deps: PayoutDeps, input: ApprovePayout): Promise<Payout> {
  const now = deps.clock.now();
  const person = input.actor.operatorId;
  await followFirst(deps, input.payoutId, now);
  const result = await decideAndCommit(deps, input.payoutId, now, async (payout) => {
    if (payout.binding !== input.binding) {
      throw new Refusal(
        'conflict',
        'payout_changed',
        'Lines, payee or amount are not what you saw: read the payout again and approve what it is now.',
      );
    }
    const fault = approverFault(payout, person);
    if (fault === 'approved_already') return undefined;
    if (fault !== undefined) throw new Refusal('forbidden', 'approver_refused', WORDS[fault]);
    const payee = (await deps.payees.current([payout.payeeId])).get(payout.payeeId);
    if (payout.state !== 'awaiting_approval' || payee === undefined) {
      throw new Refusal(
        'conflict',
        'payout_not_awaiting_approval',
        `The payout is ${payout.state}: it waits for nobody's approval.`,
      );
    }
    return { name: 'approve', step: approve(payout, payee, person, now) };
  });
  return result?.payout ?? notFound(input.payoutId);
}

/** A payee that changed a moment ago voids what was approved before, also where nobody has passed it on yet. */
async function followFirst(deps: PayoutDeps, payoutId: string, now: number): Promise<void> {
  await decideAndCommit(deps, payoutId, now, async (payout) => {
    const payee = (await deps.payees.current([payout.payeeId])).get(payout.payeeId);
    return payee && followStep(payout, payee, now);
  });
}

export interface VoidPayout {
  readonly actor: ActorOf<'operator'>;
  readonly payoutId: string;
  readonly reason: string;
}

/**
 * Gives up a payout whose money certainly did not leave, and releases its reservation; an approver's no is the same. Doing
 * it again changes nothing. Throws `payout_not_found`, `payout_not_voidable` while a key may act, or after money left.
 */
export async function giveUpPayout(deps: PayoutDeps, { actor, payoutId, reason }: VoidPayout): Promise<Payout> {
  const now = deps.clock.now();
  const result = await decideAndCommit(deps, payoutId, now, (payout) => {
    if (payout.state === 'voided') return undefined;
    if (!mayVoid(payout)) {
      throw new Refusal(
        'conflict',
        'payout_not_voidable',
        `The payout is ${payout.state}: money may have left, so it cannot be given up.`,
      );
    }
    return { name: 'void', step: voidPayout(payout, actor.operatorId, reason, now) };
  });
  return result?.payout ?? notFound(payoutId);
}

/** Throws `payout_not_found`. */
export function notFound(payoutId: string): never {
  throw new Refusal('not_found', 'payout_not_found', `There is no payout ${payoutId}.`);
}
