import { parseArgs } from 'node:util';
import { startJobs } from '../jobs/run-jobs.ts';
import { seedDemo } from '../server/demo/seed-demo.ts';
import { SANDBOX_NOTICE } from '../server/payments/sandbox-access.ts';
import { runProgram } from '../server/run-program.ts';
import { startApi } from '../server/start-api.ts';

const HELP = `npm start [-- --json]

Starts Parasol whole, on this machine: the embedded database (or MONGODB_URI), migrations, the demo's data, the API and
the jobs, in one process. Ctrl-C stops it.

  --json    one line on standard output: {"url","docsUrl","platformKey","workerToken","policyId","exampleCall",
            "operatorToken","prepaidPolicyId","payeeId"}
`;

const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });

if (values.help) {
  process.stdout.write(HELP);
} else {
  await runProgram('parasol', async (services) => {
    const demo = await seedDemo(services);
    const api = await startApi(services);
    const jobs = await startJobs(services);
    const { platformKey, workerToken, policyId, operatorToken, prepaidPolicyId, payeeId } = demo;
    const sandbox = await services.payments.sandbox?.access();
    const exampleCall = demo.exampleCall(api.url);
    const docsUrl = `${api.url}/docs`;
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ url: api.url, docsUrl, platformKey, workerToken, policyId, exampleCall, operatorToken, prepaidPolicyId, payeeId })}\n`
        : [
            '',
            `Parasol is up:   ${api.url}`,
            `Documentation:   ${docsUrl}`,
            `Platform key:    ${platformKey}`,
            `Worker's token:  ${workerToken}`,
            `Operator's key:  ${operatorToken}`,
            `Policies:        ${policyId}; ${prepaidPolicyId}, paid from a deposit`,
            `Payee:           ${payeeId}`,
            ...(sandbox === undefined ? [] : [`Payments:        ${SANDBOX_NOTICE} (${sandbox.url})`]),
            '',
            'A first call to paste into another shell:',
            '',
            exampleCall,
            '',
            'Ctrl-C stops it.',
            '',
          ].join('\n'),
    );
    return {
      async stop() {
        await api.stop();
        await jobs.stop();
      },
    };
  });
}
