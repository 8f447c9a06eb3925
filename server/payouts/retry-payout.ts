import { payeeFailed, rebindPayee, throughGate } from '../../programs/payouts/gate.ts';
import { newPayout } from '../../programs/payouts/new-payout.ts';
import { lastAttempt, type PayeeNow, type Payout } from '../../programs/payouts/payout.ts';
import { advance } from '../../programs/payouts/step.ts';
import { ATTEMPTS_MAX } from '../../programs/payouts/timing.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { notFound } from './approve-payout.ts';
import { decideAndCommit } from './commit-step.ts';
import { countPayout, untilCounted } from './count-payout.ts';
import { bindingOf, payoutIdOf, storeNew } from './create-payout.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { updatePayout } from './payout-document.ts';
import { unclaimedAccount } from './payout-unit.ts';

export interface RetryPayout {
  readonly actor: ActorOf<'operator'>;
  readonly payoutId: string;
}

/**
 * A person's decision to try again (M7). After a certain failure: the same payout, whose next attempt has a key of its
 * own. After a return: a new payout, linked to the old one and paid from what is held for its person. Either needs another
 * account where the old one was at fault. Doing it again answers the same payout.
 * Throws `payout_not_found`, `payee_not_found`, `payout_not_retryable`, `payee_unchanged`, `payout_attempts_used`,
 * `payouts_contended`.
 */
export async function retryPayout(deps: PayoutDeps, { actor, payoutId }: RetryPayout): Promise<Payout> {
  const now = deps.clock.now();
  const asked = (await deps.payouts.byId(payoutId)) ?? notFound(payoutId);
  return untilCounted(deps, asked, async () => {
    const payout = (await deps.payouts.byId(payoutId)) ?? notFound(payoutId);
    const payee = (await deps.payees.current([payout.payeeId])).get(payout.payeeId);
    if (payee === undefined) {
      throw new Refusal('not_found', 'payee_not_found', 'The payee is gone: its holder was erased.');
    }
    return payout.state === 'returned'
      ? payAgain(deps, payout, payee, actor.operatorId, now)
      : tryAgain(deps, payout.id, payee, actor.operatorId, now);
  });
}

async function tryAgain(
  deps: PayoutDeps,
  payoutId: string,
  payee: PayeeNow,
  person: string,
  now: number,
): Promise<Payout> {
  const result = await decideAndCommit(deps, payoutId, now, (payout) => {
    if (payout.state === 'ready') return undefined;
    if (payout.state !== 'failed' && payout.state !== 'payee_fix') {
      throw new Refusal(
        'conflict',
        'payout_not_retryable',
        `The payout is ${payout.state}: there is nothing to try again.`,
      );
    }
    if (payout.attempts.length >= ATTEMPTS_MAX) {
      throw new Refusal('conflict', 'payout_attempts_used', 'Its attempts are used up: void it and decide anew.');
    }
    if (payee.version !== payout.payeeVersion) {
      return { name: 'retry', step: rebindPayee(payout, payee, bindingOf(payout, payee), now) };
    }
    if (payeeFailed(payout)) throw unchanged();
    return { name: 'retry', step: throughGate(payout, payee, { now, by: person, note: `${person} tries again.` }) };
  });
  return result?.payout ?? notFound(payoutId);
}

/**
 * The linked payout of what came back; one only that is not voided, whoever asks. Where cash lacks it is kept as
 * `awaiting_funds`. Undefined when the old one changed, or another payout to the person came first.
 */
async function payAgain(
  deps: PayoutDeps,
  returned: Payout,
  payee: PayeeNow,
  person: string,
  now: number,
): Promise<Payout | undefined> {
  const known = await successorOf(deps, returned);
  if (known !== undefined && known.state !== 'voided') return known;
  if (returned.releasedAt !== null) {
    throw new Refusal('conflict', 'payout_not_retryable', 'What came back was given back to its source.');
  }
  if (payee.version <= (lastAttempt(returned)?.payeeVersion ?? 0)) throw unchanged();
  // After one that was voided comes the next: its money is held for the person again.
  const businessKey = `${(known ?? returned).businessKey}/again`;
  const counted = await countPayout(deps, returned, returned.amount, now);
  const step = newPayout(
    {
      ...returned,
      id: payoutIdOf(businessKey),
      businessKey,
      retryOf: returned.id,
      fundingAccount: unclaimedAccount(returned),
      // What was decided since counts too, and it did not count this one while it was returned (M8).
      countedAmount: Math.max(returned.countedAmount, counted.amount),
      createdBy: person,
      // Whoever decided the first one approves the second as little (M8).
      assessors: [...new Set([...returned.assessors, returned.createdBy])].sort(),
    },
    payee,
    bindingOf(returned, payee),
    now,
  );
  const { payout: linked } = advance(returned, {
    to: 'returned',
    now,
    by: person,
    note: 'Paid again by the linked payout.',
    change: { successorId: step.payout.id },
  });
  const more = [updatePayout(returned, linked), ...counted.writes];
  return (await storeNew(deps, step, { name: 'retry', now, more }))?.payout;
}

async function successorOf(deps: PayoutDeps, { successorId }: Payout): Promise<Payout | undefined> {
  return successorId === null ? undefined : deps.payouts.byId(successorId);
}

/**
 * Gives what came back to the account that first paid it, when nobody is to be paid any more. Doing it again changes
 * nothing. Throws `payout_not_found`, `payout_not_retryable` unless it is returned and not paid again, or that was voided.
 */
export async function releaseReturned(deps: PayoutDeps, { actor, payoutId }: RetryPayout): Promise<Payout> {
  const now = deps.clock.now();
  const result = await decideAndCommit(deps, payoutId, now, async (payout) => {
    const successor = await successorOf(deps, payout);
    if (payout.state !== 'returned' || (successor !== undefined && successor.state !== 'voided')) {
      throw new Refusal('conflict', 'payout_not_retryable', 'Nothing of this payout is held that could be given back.');
    }
    if (payout.releasedAt !== null) return undefined;
    const note = `Given back to ${payout.sourceAccount}.`;
    const change = { releasedAt: now };
    return {
      name: 'release',
      step: advance(payout, { to: 'returned', now, by: actor.operatorId, note, moves: ['release'], change }),
    };
  });
  return result?.payout ?? notFound(payoutId);
}

const unchanged = (): Refusal =>
  new Refusal(
    'conflict',
    'payee_unchanged',
    'The account was at fault and is still the same: change and verify the payee first.',
  );
