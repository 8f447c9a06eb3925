import { SANDBOX_NOTICE } from './payments/sandbox-access.ts';
import { runProgram } from './run-program.ts';
import { startApi } from './start-api.ts';

/** `npm run start:api`: the API alone, on the configured database. */
await runProgram('parasol-api', async (services) => {
  const api = await startApi(services);
  if (services.payments.sandbox !== undefined) process.stderr.write(`${SANDBOX_NOTICE}\n`);
  process.stderr.write(`Parasol's API listens on ${api.url} (docs: ${api.url}/docs).\n`);
  return api;
});
