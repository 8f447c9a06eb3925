import { closeDueDays } from '../server/billing/close-due-days.ts';
import { JOB_ACTOR } from './job-actor.ts';
import type { Tick } from './schedule.ts';

/** Closes the product days that are due, oldest first, and issues their statements (G18). */
export const closeDaysTick: Tick = async (services) =>
  closeDueDays(services, { actor: JOB_ACTOR, now: services.clock.now() });
