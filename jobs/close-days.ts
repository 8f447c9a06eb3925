import { closeDueDays } from '../server/billing/close-due-days.ts';
import { postStatements } from '../server/billing/post-statements.ts';
import { JOB_ACTOR } from './job-actor.ts';
import type { Tick } from './schedule.ts';

/**
 * Closes the product days that are due, oldest first, and issues their statements (G18); books those that were issued
 * before statements were booked as they appear.
 */
export const closeDaysTick: Tick = async (services) => ({
  ...(await closeDueDays(services, { actor: JOB_ACTOR, now: services.clock.now() })),
  posted: await postStatements(services, { actor: JOB_ACTOR }),
});
