import { settleDueMonths } from '../server/settlements/settle-due-months.ts';
import { JOB_ACTOR } from './job-actor.ts';
import type { Tick } from './schedule.ts';

/** Settles with the carriers the months that are closed in the books, oldest first (M4). */
export const settleCarriersTick: Tick = async (services) => ({
  ...(await settleDueMonths(services, { actor: JOB_ACTOR })),
});
