import { tellNotCovered } from '../server/shifts/tell-not-covered.ts';
import type { Tick } from './schedule.ts';

/** Tells platforms of the starts that were refused. */
export const tellNotCoveredTick: Tick = async (services) => ({
  told: await tellNotCovered(services, { now: services.clock.now() }),
});
