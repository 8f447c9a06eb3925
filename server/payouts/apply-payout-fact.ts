import { Refusal } from '../../programs/refusal.ts';
import type { FactOf } from '../payments/payment-fact.ts';
import type { Services } from '../services.ts';
import { openPayouts } from './open-payouts.ts';
import { recordPayoutOutcome } from './record-payout-outcome.ts';

/**
 * Applies a provider's word about a payout. What cannot be booked becomes an exception for a person: a payout that is not
 * ours (`payout_not_found`), and what contradicts what is booked (`payout_contradicted`).
 */
export async function applyPayoutFact(services: Services, fact: FactOf<'payout_changed'>): Promise<void> {
  const { payoutId, providerRef, state } = fact.payout;
  const result = await recordPayoutOutcome(openPayouts(services), fact);
  if (result === undefined) {
    throw new Refusal(
      'not_found',
      'payout_not_found',
      `${providerRef} names the payout ${payoutId}, which is not ours.`,
    );
  }
  if (result.payout.contradictions.some((text) => text.includes(providerRef))) {
    throw new Refusal(
      'conflict',
      'payout_contradicted',
      `${providerRef} is ${state}, and that contradicts what is known of ${payoutId}: see its contradictions.`,
    );
  }
}
