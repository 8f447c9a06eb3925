import type { Payout } from '../../../programs/payouts/payout.ts';
import { Refusal } from '../../../programs/refusal.ts';
import { approvePayout, giveUpPayout } from '../../../server/payouts/approve-payout.ts';
import { followPayee } from '../../../server/payouts/follow-payee.ts';
import type { PayoutDeps } from '../../../server/payouts/payout-deps.ts';
import { reconcilePayout } from '../../../server/payouts/reconcile-payouts.ts';
import { releaseReturned, retryPayout } from '../../../server/payouts/retry-payout.ts';
import { operator } from './actors.ts';
import { Process, type Ground } from './process.ts';
import { drawDestination, PERSONS, pick, type WavePlan } from './wave-plan.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** What a person may be told and lives with: somebody else was first, or it is not theirs to do. */
const ANSWERS = new Set([
  ...['approver_refused', 'payout_changed', 'payout_not_awaiting_approval', 'payout_not_voidable'],
  ...['payout_not_retryable', 'payee_unchanged', 'payout_attempts_used'],
]);

/**
 * Persons look through what waits for them, some times an hour: they approve, change accounts, try again, give up and
 * give back; now and then somebody changes a payee for no reason. They never end.
 */
export function startPersons(ground: Ground, plan: WavePlan): void {
  for (const person of PERSONS) {
    const process = new Process(ground, person);
    void process.loop(
      async (deps) => {
        await dayOf(ground, plan, person, deps);
        return 0;
      },
      async () => ground.troubles.between(5, ground.time.now() < plan.lastAskAt ? 15 : 90) * MINUTE,
    );
  }
}

async function dayOf(ground: Ground, plan: WavePlan, person: string, deps: PayoutDeps): Promise<void> {
  const { troubles, storage, time } = ground;
  const { chance } = troubles;
  const look = async (
    state: Payout['state'],
    share: number,
    act: (payout: Payout) => Promise<unknown>,
  ): Promise<void> => {
    for (const payout of await storage.payouts.inState(state)) {
      if (chance() >= share) continue;
      await answered(() => act(payout));
    }
  };
  const actor = operator(person);
  await look('awaiting_approval', 0.5, (payout) =>
    chance() < 0.02
      ? giveUpPayout(deps, { actor, payoutId: payout.id, reason: 'Not approved.' })
      : approvePayout(deps, { actor, payoutId: payout.id, binding: payout.binding }),
  );
  await look('payee_fix', 0.3, ({ payeeId }) => changePayee(ground, deps, payeeId));
  await look('failed', 0.3, async (payout) => {
    const drawn = chance();
    if (drawn < 0.25) return giveUpPayout(deps, { actor, payoutId: payout.id, reason: 'Nobody can be paid.' });
    if (drawn < 0.7) await changePayee(ground, deps, payout.payeeId);
    return retryPayout(deps, { actor, payoutId: payout.id });
  });
  await look('returned', 0.3, async (payout) => {
    if (payout.releasedAt !== null) return;
    const successor = payout.successorId === null ? undefined : await deps.payouts.byId(payout.successorId);
    if (successor !== undefined && successor.state !== 'voided') return;
    if (chance() < 0.3) return releaseReturned(deps, { actor, payoutId: payout.id });
    await changePayee(ground, deps, payout.payeeId);
    return retryPayout(deps, { actor, payoutId: payout.id });
  });
  if (time.now() < plan.calmAt && chance() < 0.3) {
    await changePayee(ground, deps, pick(chance, plan.payees).payeeId);
  }
}

async function answered(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refusal && ANSWERS.has(error.code))) throw error;
  }
}

async function changePayee({ payees, troubles, time }: Ground, deps: PayoutDeps, payeeId: string): Promise<void> {
  const { chance } = troubles;
  // Mostly an account that works, and mostly those who wait are told; who is not told finds out before the next attempt.
  payees.change(payeeId, time.now(), pick(chance, PERSONS), (name) => drawDestination(chance, name, 0.04));
  if (chance() < 0.8) await followPayee(deps, payeeId);
}

/** Once a day the provider's movements are held against the books: what came back and was never told is looked at. */
export async function compareDaily(ground: Ground): Promise<never> {
  const process = new Process(ground, 'the daily comparison');
  const { time, core, storage, found } = ground;
  for (;;) {
    await time.sleep(DAY);
    const cameBack = new Set<string>();
    for (const { status, metadata } of core.store.list('outbound_payment')) {
      if (status === 'returned') cameBack.add(metadata.payoutId ?? '');
    }
    for (const { reversed, metadata } of core.store.list('transfer'))
      if (reversed) cameBack.add(metadata.payoutId ?? '');
    for (const { id } of await storage.payouts.inState('paid')) {
      if (!cameBack.has(id)) continue;
      try {
        for (let done = false; !done;) ({ done } = await process.attempt((deps) => reconcilePayout(deps, id)));
      } catch (error) {
        found(`the daily comparison, of ${id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
