import { createServer, type Server } from 'node:http';
import { createApp } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';
import { routes } from '../../server/http/routes.ts';
import { openAll } from '../../server/run-program.ts';
import type { IntakeResult, ShiftIntake } from '../../server/shifts/shift-intake.ts';

/**
 * Two servers side by side for the measure `middleware`: the whole application over an intake that answers at once, and
 * bare `node:http` that reads the body and answers as many bytes.
 */
const { services, close } = await openAll(readConfig(process.env), 'parasol-bench-middleware', () => undefined);

const result: IntakeResult = {
  status: 'accepted',
  eventId: 'plt_bench/source/id',
  workerId: 'wrk_bench',
  receivedAt: services.clock.now(),
  decision: { outcome: 'covered', reasons: [], flags: [], premium: { amount: 300, currency: 'CNY', final: true } },
};
const answerAtOnce: ShiftIntake = {
  submit: async (events) => events.map(() => result),
  dryRun: async (events) => events.map(() => result),
  drain: async () => undefined,
};

const app = createApp({ ...services, intake: answerAtOnce }, routes);
const answer = JSON.stringify({ filler: 'x'.repeat(240) });
const raw = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length }).end(answer);
  });
});

const ports = [await listen(app), await listen(raw)];
process.stderr.write(`listens on http://127.0.0.1:${ports[0]}, raw on http://127.0.0.1:${ports[1]}.\n`);
process.once('SIGTERM', () => {
  for (const server of [app, raw]) {
    server.closeAllConnections();
    server.close();
  }
  void close().then(() => process.exit(0));
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening on a port.');
  return address.port;
}
