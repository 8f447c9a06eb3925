import { noticeClippedShifts } from '../server/shifts/clipped-shifts.ts';
import type { Tick } from './schedule.ts';

/** Tells about shifts that never ended (G14). */
export const closeShiftsTick: Tick = async (services) => ({
  noticed: await noticeClippedShifts(services, { now: services.clock.now() }),
});
