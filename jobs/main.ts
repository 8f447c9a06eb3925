import { SANDBOX_NOTICE } from '../server/payments/sandbox-access.ts';
import { runProgram } from '../server/run-program.ts';
import { startJobs } from './run-jobs.ts';

/** `npm run start:jobs`: the timetable alone, on the configured database. */
await runProgram('parasol-jobs', async (services) => {
  const jobs = await startJobs(services);
  if (services.payments.sandbox !== undefined) process.stderr.write(`${SANDBOX_NOTICE}\n`);
  process.stderr.write("Parasol's jobs are running.\n");
  return jobs;
});
