import { addDays, daysBetween, type Instant } from '../calendar.ts';
import { localDayAt, startOfDay } from './billing-terms.ts';

/** Local days after the due day at whose beginning the payer is told again. */
export const DUNNING_DAYS = [1, 7, 14, 30] as const;

/** Where the dunning of an open invoice stands. */
export interface DunningStep {
  /** How many of the steps have come: 0 while it may still be paid in time. */
  readonly step: number;
  readonly daysOverdue: number;
}

/** When an invoice becomes overdue: the instant at which its last day to pay is over, in the policy's zone. */
export const overdueFrom = (dueOn: string, timeZone: string): Instant => dunningAt(dueOn, timeZone, 1);

/** When so many days overdue begin. */
export const dunningAt = (dueOn: string, timeZone: string, days: number): Instant =>
  startOfDay(addDays(dueOn, days), timeZone);

/**
 * The step that an open invoice has reached. After an outage several steps may have passed: the payer is told once, with
 * the last of them.
 */
export function dunningStep(dueOn: string, timeZone: string, now: Instant): DunningStep {
  const daysOverdue = Math.max(0, daysBetween(dueOn, localDayAt(now, timeZone)));
  const step = DUNNING_DAYS.filter((days) => days <= daysOverdue).length;
  return { step, daysOverdue };
}
