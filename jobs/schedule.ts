import type { Services } from '../server/services.ts';
import { checkBooksFullTick } from './check-books-full.ts';
import { checkBooksTick } from './check-books.ts';
import { closeDaysTick } from './close-days.ts';
import { closeShiftsTick } from './close-shifts.ts';
import { expireReservationsTick } from './expire-reservations.ts';
import { deliverWebhooksTick } from './deliver-webhooks.ts';
import { collectInvoicesTick } from './collect-invoices.ts';
import { expireTokensTick } from './expire-tokens.ts';
import { issueInvoicesTick } from './issue-invoices.ts';
import { foldProviderEventsTick } from './fold-provider-events.ts';
import { reconcilePaymentsTick } from './reconcile-payments.ts';
import { reconcilePayoutsTick } from './reconcile-payouts.ts';
import { repairCoversTick } from './repair-covers.ts';
import { sealBlocksTick } from './seal-blocks.ts';
import { sendPayoutsTick } from './send-payouts.ts';
import { settleEnvelopesTick } from './settle-envelopes.ts';
import { settleCarriersTick } from './settle-carriers.ts';
import { settlePaymentsTick } from './settle-payments.ts';
import { tellNotCoveredTick } from './tell-not-covered.ts';

/**
 * What a job does when its time has come: asks our own collections what is due, works it off in bounded batches, answers
 * counts for the log. Safe to run twice, at once, late, or again after dying in its middle.
 */
export type Tick = (services: Services) => Promise<Readonly<Record<string, number>>>;

export interface ScheduledJob {
  /** The use case's name, and the name of its file. */
  readonly name: string;
  /** Five-field cron: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /** The zone that the cron is read in. */
  readonly timeZone: string;
  /**
   * After so long another process may start the job though this one still works: more than a tick ever takes after a
   * day-long outage, so that two at once stay rare. When it happens, nothing is done twice; only time is lost.
   */
  readonly lockMinutes: number;
  readonly tick: Tick;
}

/** The timetable: everything that happens by itself, and when. Each job needs a catch-up test (`catch-up.story.test.ts`). */
export const SCHEDULE: readonly ScheduledJob[] = [
  { name: 'repair-covers', cron: '*/5 * * * *', timeZone: 'UTC', lockMinutes: 30, tick: repairCoversTick },
  { name: 'close-shifts', cron: '10,40 * * * *', timeZone: 'UTC', lockMinutes: 60, tick: closeShiftsTick },
  { name: 'close-days', cron: '*/10 * * * *', timeZone: 'UTC', lockMinutes: 60, tick: closeDaysTick },
  { name: 'tell-not-covered', cron: '* * * * *', timeZone: 'UTC', lockMinutes: 30, tick: tellNotCoveredTick },
  { name: 'settle-envelopes', cron: '* * * * *', timeZone: 'UTC', lockMinutes: 30, tick: settleEnvelopesTick },
  { name: 'settle-carriers', cron: '45 * * * *', timeZone: 'UTC', lockMinutes: 180, tick: settleCarriersTick },
  { name: 'expire-reservations', cron: '* * * * *', timeZone: 'UTC', lockMinutes: 30, tick: expireReservationsTick },
  { name: 'deliver-webhooks', cron: '* * * * *', timeZone: 'UTC', lockMinutes: 30, tick: deliverWebhooksTick },
  { name: 'issue-invoices', cron: '*/10 * * * *', timeZone: 'UTC', lockMinutes: 60, tick: issueInvoicesTick },
  { name: 'collect-invoices', cron: '* * * * *', timeZone: 'UTC', lockMinutes: 60, tick: collectInvoicesTick },
  { name: 'fold-provider-events', cron: '* * * * *', timeZone: 'UTC', lockMinutes: 30, tick: foldProviderEventsTick },
  { name: 'settle-payments', cron: '5 * * * *', timeZone: 'UTC', lockMinutes: 60, tick: settlePaymentsTick },
  { name: 'reconcile-payments', cron: '20 19 * * *', timeZone: 'UTC', lockMinutes: 240, tick: reconcilePaymentsTick },
  { name: 'send-payouts', cron: '* * * * *', timeZone: 'UTC', lockMinutes: 30, tick: sendPayoutsTick },
  { name: 'reconcile-payouts', cron: '*/5 * * * *', timeZone: 'UTC', lockMinutes: 30, tick: reconcilePayoutsTick },
  { name: 'expire-tokens', cron: '25 * * * *', timeZone: 'UTC', lockMinutes: 30, tick: expireTokensTick },
  { name: 'seal-blocks', cron: '* * * * *', timeZone: 'UTC', lockMinutes: 60, tick: sealBlocksTick },
  { name: 'check-books', cron: '*/5 * * * *', timeZone: 'UTC', lockMinutes: 60, tick: checkBooksTick },
  { name: 'check-books-full', cron: '15 19 * * *', timeZone: 'UTC', lockMinutes: 240, tick: checkBooksFullTick },
];
