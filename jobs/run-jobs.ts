import { runFolder } from '../server/payments/run-folder.ts';
import { openPayouts } from '../server/payouts/open-payouts.ts';
import { runSender } from '../server/payouts/run-sender.ts';
import type { Services } from '../server/services.ts';
import { startWebhookRunner } from '../server/webhooks/webhook-runner.ts';
import { startAgenda, type AgendaOptions } from './agenda.ts';
import { SCHEDULE } from './schedule.ts';

export interface RunningJobs {
  /** Starts no more ticks, waits for those under way; to be called before the services are closed. */
  stop(): Promise<void>;
}

/**
 * Runs the timetable in this process until it is stopped, and beside it what should not wait for a minute: webhooks out,
 * payouts, and what providers told. Any number of processes may do so at once.
 */
export async function startJobs(services: Services, options: AgendaOptions = {}): Promise<RunningJobs> {
  const clock = await startAgenda(services, SCHEDULE, options);
  services.log.info({ jobs: SCHEDULE.map(({ name, cron }) => `${name} (${cron})`) }, 'jobs are running');
  const webhooks = startWebhookRunner(services);
  const sender = runSender(openPayouts(services));
  const folder = runFolder(services);
  return {
    async stop() {
      await Promise.all([clock.stop(), webhooks.stop(), sender.stop(), folder.stop()]);
    },
  };
}
