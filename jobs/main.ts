import { runProgram } from '../server/run-program.ts';
import { startJobs } from './run-jobs.ts';

/** `npm run start:jobs`: the timetable alone, on the configured database. */
await runProgram('parasol-jobs', async (services) => {
  const jobs = await startJobs(services);
  process.stderr.write("Parasol's jobs are running.\n");
  return jobs;
});
