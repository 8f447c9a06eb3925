import { putOff } from '../../programs/payouts/attempt.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import { asRefusal } from '../http/problem.ts';
import { commitStep } from './commit-step.ts';
import type { PayoutDeps } from './payout-deps.ts';
import type { PayoutStep } from './payout-points.ts';

/**
 * Works on one payout of a batch. A bug that stops it puts off this payout alone: it is tried again later, its key and its
 * reservation stay, and the others go on. Throws what holds for all of them: the database is away.
 */
export async function orPutOff(
  deps: PayoutDeps,
  { name, payout }: { readonly name: PayoutStep; readonly payout: Payout },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (asRefusal(error)?.kind === 'unavailable') throw error;
    deps.log.error({ err: error, payoutId: payout.id }, 'a step of a payout met a bug; the payout is put off');
    const now = deps.clock.now();
    // Overtaken: somebody else brought it on, and all is well.
    await commitStep(deps, { name, before: payout, step: putOff(payout, now), now });
    deps.count?.('put_off');
  }
}
