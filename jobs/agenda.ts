import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { isDuplicateKey } from '../server/database/duplicate-key.ts';
import type { Services } from '../server/services.ts';
import { runTick } from './run-tick.ts';
import type { ScheduledJob } from './schedule.ts';

/** Agenda's own collection; its indexes are migration 0002. */
export const AGENDA_COLLECTION = 'agenda_jobs';

export interface AgendaOptions {
  /** How often Agenda looks for jobs whose time has come. */
  readonly processEveryMs?: number;
  /** How often the timetable is put back where somebody wiped it. */
  readonly replantEveryMs?: number;
}

/** A running timetable. */
export interface JobClock {
  /** Puts the timetable where it is missing or changed; answers the names of the jobs it wrote. */
  plant(): Promise<readonly string[]>;
  /** Starts no more ticks, and resolves when those under way have ended; the database connection is left open. */
  stop(): Promise<void>;
}

interface PlantedJob {
  readonly name: string;
  readonly repeatInterval?: string | null;
  readonly repeatTimezone?: string | null;
  readonly nextRunAt?: Date | null;
  readonly lockedAt?: Date | null;
}

/**
 * Agenda as the clock of the timetable, on the connection that is open already. It is never the ledger of work: it may
 * run a job twice at once or skip one, and the ticks are made for that.
 */
export async function startAgenda(
  services: Services,
  schedule: readonly ScheduledJob[],
  { processEveryMs = 5_000, replantEveryMs = 60_000 }: AgendaOptions = {},
): Promise<JobClock> {
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo: services.database.db, collection: AGENDA_COLLECTION, ensureIndex: false }),
    processEvery: processEveryMs,
    // Lock only what can be run at once: the default locks every due job in memory.
    defaultLockLimit: 1,
    defaultConcurrency: 1,
  });
  agenda.on('error', (error) => services.log.error({ err: error }, 'Agenda had trouble'));
  const underWay = new Map<unknown, Promise<void>>();
  watch(agenda, underWay);
  for (const job of schedule) {
    agenda.define(job.name, async () => void (await runTick(services, job)), {
      lockLifetime: job.lockMinutes * 60_000,
    });
  }
  await agenda.ready;
  const plant = () => plantTimetable(services, agenda, schedule);
  await plant();
  await agenda.start();
  const replant = setInterval(() => {
    plant().then(
      (names) => names.length > 0 && services.log.warn({ jobs: names }, 'the timetable was gone and is back'),
      (error: unknown) => services.log.error({ err: error }, 'the timetable could not be checked'),
    );
  }, replantEveryMs);
  replant.unref();
  return {
    plant,
    async stop() {
      clearInterval(replant);
      // It does not wait for handlers, so we do.
      await agenda.stop(false);
      await Promise.all(underWay.values());
    },
  };
}

/** A job is under way until Agenda has also written down that it ended. */
function watch(agenda: Agenda, underWay: Map<unknown, Promise<void>>): void {
  const ends = new Map<unknown, () => void>();
  agenda.on('start', (job) => {
    underWay.set(job, new Promise((resolve) => ends.set(job, resolve)));
  });
  agenda.on('complete', (job) => {
    ends.get(job)?.();
    ends.delete(job);
    underWay.delete(job);
  });
}

/**
 * Calls `every` only for what is absent or changed: calling it for all at each start would push a missed run into the
 * future.
 */
async function plantTimetable(
  { database }: Services,
  agenda: Agenda,
  schedule: readonly ScheduledJob[],
): Promise<readonly string[]> {
  const stored = await database.db
    .collection<PlantedJob>(AGENDA_COLLECTION)
    .find(
      { type: 'single' },
      { projection: { name: 1, repeatInterval: 1, repeatTimezone: 1, nextRunAt: 1, lockedAt: 1 } },
    )
    .toArray();
  const planted = new Map(stored.map((job) => [job.name, job]));
  const written: string[] = [];
  for (const { name, cron, timeZone } of schedule) {
    const job = planted.get(name);
    // A job without a next run that nobody works on would never run again.
    const alive = job && (job.nextRunAt || job.lockedAt);
    if (alive && job.repeatInterval === cron && job.repeatTimezone === timeZone) continue;
    try {
      await agenda.every(cron, name, undefined, { timezone: timeZone });
      written.push(name);
    } catch (error) {
      // Another process planted it at the same moment.
      if (!isDuplicateKey(error)) throw error;
    }
  }
  return written;
}
