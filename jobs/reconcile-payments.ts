import { reconcileProvider } from '../server/payments/reconcile-provider.ts';
import type { Tick } from './schedule.ts';

/** Compares the payment provider's books with ours; what differs becomes an exception for a person. */
export const reconcilePaymentsTick: Tick = async (services) => {
  const { found, opened, mended, caughtUp } = await reconcileProvider(services, {
    now: services.clock.now(),
    apply: true,
  });
  return { found: found.length, opened, mended, caughtUp };
};
