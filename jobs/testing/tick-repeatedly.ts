import type { Services } from '../../server/services.ts';
import { AGENDA_COLLECTION } from '../agenda.ts';
import { runTick } from '../run-tick.ts';
import { SCHEDULE } from '../schedule.ts';

/** What a tick counted. */
export type Counts = Readonly<Record<string, number>>;

/** Runs a job of the timetable once, now. */
export async function tickOnce(services: Services, name: string): Promise<Counts> {
  const job = SCHEDULE.find((scheduled) => scheduled.name === name);
  if (job === undefined) throw new Error(`The timetable has no job ${name}.`);
  return runTick(services, job);
}

/** As Agenda may: several at once, and once more after its collection was wiped. Answers what all of them counted together. */
export async function tickRepeatedly(services: Services, name: string): Promise<(key: string) => number> {
  const results = await Promise.all([tickOnce(services, name), tickOnce(services, name), tickOnce(services, name)]);
  await services.database.db.collection(AGENDA_COLLECTION).deleteMany({});
  results.push(await tickOnce(services, name));
  return (key) => results.reduce((sum, counts) => sum + (counts[key] ?? 0), 0);
}
