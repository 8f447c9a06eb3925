import type { Services } from '../server/services.ts';
import type { ScheduledJob } from './schedule.ts';

/**
 * Runs a job once, now, and tells how it went in the log and the metrics. What it throws is thrown on, so that the clock
 * that called it records a failure; the next tick finds the same work still due.
 */
export async function runTick(
  services: Services,
  { name, tick }: Pick<ScheduledJob, 'name' | 'tick'>,
): Promise<Readonly<Record<string, number>>> {
  const startedAt = services.clock.now();
  try {
    const counts = await tick(services);
    const done = Object.values(counts).some((count) => count > 0);
    const line = { job: name, ms: services.clock.now() - startedAt, ...counts };
    // An idle tick is no news.
    if (done) services.log.info(line, 'job ticked');
    else services.log.debug(line, 'job ticked');
    services.metrics.jobs.inc({ job: name, result: 'done' });
    return counts;
  } catch (error) {
    services.metrics.jobs.inc({ job: name, result: 'failed' });
    services.log.error({ err: error, job: name }, 'job failed; its work stays due');
    throw error;
  }
}
