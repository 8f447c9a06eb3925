import { Command, InvalidArgumentError } from 'commander';
import closeWithGrace from 'close-with-grace';
import { startSandbox } from './sandbox-server.ts';
import { randomText } from '../../database/ids.ts';

/** `npm run sandbox`: the fake alone, for somebody who points a Stripe SDK at it. */
const program = new Command('sandbox')
  .description('A stateful fake of Stripe on 127.0.0.1; no real money moves.')
  .option('--port <number>', 'where it listens; 0 takes a free port', port, 12_111)
  .option('--file <path>', 'its journal; without it all is forgotten at the end')
  .option('--webhook-url <url>', 'where its webhooks go')
  .option('--webhook-secret <secret>', 'what signs them; without it one is made and shown')
  .parse();
const options = program.opts<{ port: number; file?: string; webhookUrl?: string; webhookSecret?: string }>();
const webhookSecret = options.webhookSecret ?? `whsec_sandbox_${randomText(16)}`;

try {
  const sandbox = await startSandbox({
    port: options.port,
    webhookSecret,
    seed: randomText(16),
    onTrouble: (message) => void process.stderr.write(`SANDBOX: ${message}\n`),
    ...(options.file !== undefined && { file: options.file }),
    ...(options.webhookUrl !== undefined && { webhookUrl: options.webhookUrl }),
  });
  process.stderr.write(
    `SANDBOX, not Stripe: ${sandbox.url}; no real money moves. Any key sk_test_... is taken; webhooks are signed with ${webhookSecret}.\n`,
  );
  closeWithGrace({ logger: false }, () => sandbox.close());
} catch (error) {
  process.stderr.write(`The SANDBOX cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) throw new InvalidArgumentError('It must be a port.');
  return number;
}
