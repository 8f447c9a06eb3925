import { foldProviderEvents } from '../server/payments/fold-provider-events.ts';
import type { Tick } from './schedule.ts';

/** Makes facts of what payment providers told, and applies what is due. */
export const foldProviderEventsTick: Tick = async (services) =>
  foldProviderEvents(services, { now: services.clock.now() });
