import { addDays, localInstant, productDayAt, type Instant } from '../calendar.ts';

/** How often a policy's statements are collected into an invoice. */
export type BillingCycle = 'daily' | 'weekly' | 'monthly';

/** When a policyholder is billed and has to pay. */
export interface BillingTerms {
  readonly cycle: BillingCycle;
  /** Local days after the day of issue until the end of which it may be paid; 0 is the day of issue itself. */
  readonly dueDays: number;
}

export const DEFAULT_BILLING_TERMS: BillingTerms = { cycle: 'daily', dueDays: 7 };

export const BILLING_CYCLES = ['daily', 'weekly', 'monthly'] as const satisfies readonly BillingCycle[];
export const DUE_DAYS_MAX = 120;

/** The local day of an instant, midnight to midnight. */
export const localDayAt = (at: Instant, timeZone: string): string => productDayAt(at, { timeZone, boundary: '00:00' });

/** The instant at which a local day begins. */
export const startOfDay = (day: string, timeZone: string): Instant => localInstant(day, '00:00', timeZone);

/** The local days of a billing cycle, `[from, to)`, that the day belongs to; a week begins on Monday. */
export function cycleOf(day: string, cycle: BillingCycle): { readonly from: string; readonly to: string } {
  switch (cycle) {
    case 'daily':
      return { from: day, to: addDays(day, 1) };
    case 'weekly': {
      const from = addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
      return { from, to: addDays(from, 7) };
    }
    case 'monthly': {
      const from = `${day.slice(0, 7)}-01`;
      return { from, to: `${addDays(from, 31).slice(0, 7)}-01` };
    }
  }
}

/** The last local day on which an invoice issued on that day may be paid in time. */
export const dueOn = (issuedOn: string, { dueDays }: BillingTerms): string => addDays(issuedOn, dueDays);
