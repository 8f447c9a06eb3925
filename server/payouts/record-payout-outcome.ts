import { applyReport } from '../../programs/payouts/report.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import type { PaymentFact } from '../payments/payment-fact.ts';
import { decideAndCommit } from './commit-step.ts';
import type { PayoutDeps } from './payout-deps.ts';

export type PayoutChanged = Extract<PaymentFact, { kind: 'payout_changed' }>;

/**
 * Applies what a provider says of a payout: posted books the money out, failed and canceled end the attempt, returned
 * brings the money to `payee:<holder>:unclaimed` (M7). Facts may come late, twice and in any order; one that tells nothing
 * new changes nothing. Answers undefined for a payout that is not ours: whoever called lists it as an exception.
 */
export async function recordPayoutOutcome(
  deps: PayoutDeps,
  fact: PayoutChanged,
): Promise<{ readonly payout: Payout; readonly changed: boolean } | undefined> {
  const now = deps.clock.now();
  return decideAndCommit(deps, fact.payout.payoutId, now, (payout) => {
    if (payout.provider !== fact.provider) return undefined;
    const step = applyReport(payout, fact.payout, now);
    return step && { name: step.moves.includes('return') ? 'return' : 'outcome', step };
  });
}
