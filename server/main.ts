import { runProgram } from './run-program.ts';
import { startApi } from './start-api.ts';

/** `npm run start:api`: the API alone, on the configured database. */
await runProgram('parasol-api', async (services) => {
  const api = await startApi(services);
  process.stderr.write(`Parasol's API listens on ${api.url} (docs: ${api.url}/docs).\n`);
  return api;
});
