import { repairCovers } from '../server/shifts/repair-covers.ts';
import type { Tick } from './schedule.ts';

/** Inserts covers, workers and periods that a crash lost beside their events (G1). */
export const repairCoversTick: Tick = async (services) => {
  const { covers, workers, periods } = await repairCovers(services, { now: services.clock.now() });
  return { covers, workers, periods };
};
