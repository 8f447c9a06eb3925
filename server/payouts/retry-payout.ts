import { payeeFailed, rebindPayee, throughGate } from '../../programs/payouts/gate.ts';
import { newPayout } from '../../programs/payouts/new-payout.ts';
import { lastAttempt, type PayeeNow, type Payout } from '../../programs/payouts/payout.ts';
import { advance } from '../../programs/payouts/step.ts';
import { ATTEMPTS_MAX } from '../../programs/payouts/timing.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { notFound } from './approve-payout.ts';
import { decideAndCommit } from './commit-step.ts';
import { bindingOf, payoutIdOf } from './create-payout.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { updatePayout } from './payout-document.ts';
import { creationUnit, unclaimedAccount } from './payout-unit.ts';

export interface RetryPayout {
  readonly actor: ActorOf<'operator'>;
  readonly payoutId: string;
}

/**
 * A person's decision to try again (M7). After a certain failure: the same payout, whose next attempt has a key of its
 * own. After a return: a new payout, linked to the old one and paid from what is held for its person. Either needs another
 * account where the old one was at fault. Doing it again answers the same payout.
 * Throws `payout_not_found`, `payee_not_found`, `payout_not_retryable`, `payee_unchanged`, `payout_attempts_used`.
 */
export async function retryPayout(deps: PayoutDeps, { actor, payoutId }: RetryPayout): Promise<Payout> {
  const now = deps.clock.now();
  const payout = (await deps.payouts.byId(payoutId)) ?? notFound(payoutId);
  const payee = (await deps.payees.current([payout.payeeId])).get(payout.payeeId);
  if (payee === undefined) {
    throw new Refusal('not_found', 'payee_not_found', 'The payee is gone: its holder was erased.');
  }
  return payout.state === 'returned'
    ? payAgain(deps, payout, payee, actor.operatorId, now)
    : tryAgain(deps, payout.id, payee, actor.operatorId, now);
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

/** The linked payout of what came back; one only, whoever asks. */
async function payAgain(
  deps: PayoutDeps,
  returned: Payout,
  payee: PayeeNow,
  person: string,
  now: number,
): Promise<Payout> {
  const known = returned.successorId === null ? undefined : await deps.payouts.byId(returned.successorId);
  if (known !== undefined) return known;
  if (returned.releasedAt !== null) {
    throw new Refusal('conflict', 'payout_not_retryable', 'What came back was given back to its source.');
  }
  if (payee.version <= (lastAttempt(returned)?.payeeVersion ?? 0)) throw unchanged();
  const businessKey = `${returned.businessKey}/again`;
  const step = newPayout(
    {
      ...returned,
      id: payoutIdOf(businessKey),
      businessKey,
      retryOf: returned.id,
      fundingAccount: unclaimedAccount(returned),
      createdBy: person,
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
  await deps.at?.('retry.before');
  const result = await deps.ledger.commit(creationUnit(step, now, [updatePayout(returned, linked)]));
  await deps.at?.('retry.after');
  if (result.status === 'committed') return step.payout;
  const first = await deps.payouts.byId(step.payout.id);
  if (first !== undefined) return first;
  const why = result.status === 'refused' ? `${result.code}, ${result.message}` : result.status;
  throw new Error(`The ledger refused the payout that pays ${returned.id} again: ${why}`);
}

/**
 * Gives what came back to the account that first paid it, when nobody is to be paid any more. Doing it again changes
 * nothing. Throws `payout_not_found`, `payout_not_retryable` unless it is returned and not paid again.
 */
export async function releaseReturned(deps: PayoutDeps, { actor, payoutId }: RetryPayout): Promise<Payout> {
  const now = deps.clock.now();
  const result = await decideAndCommit(deps, payoutId, now, (payout) => {
    if (payout.state !== 'returned' || payout.successorId !== null) {
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
