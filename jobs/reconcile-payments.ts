import { mendBookedFacts } from '../server/payments/apply-due-facts.ts';
import { reconcileProvider } from '../server/payments/reconcile-provider.ts';
import { tellStuckPayouts } from '../server/payouts/tell-stuck-payouts.ts';
import type { Tick } from './schedule.ts';

/** What a person must look at: payouts without an end, and where the payment provider's books differ from ours. */
export const reconcilePaymentsTick: Tick = async (services) => {
  const now = services.clock.now();
  // First: it needs no provider that answers.
  const payouts = await tellStuckPayouts(services, { now });
  const booked = await mendBookedFacts(services, { now });
  const { found, opened, mended, caughtUp } = await reconcileProvider(services, {
    now,
    apply: true,
  });
  return { ...payouts, found: found.length, opened, mended: mended + booked, caughtUp };
};
