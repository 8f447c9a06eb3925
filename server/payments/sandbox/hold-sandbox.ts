import { openSandbox } from './open-sandbox.ts';

// A program for tests: opens the sandbox of a data folder, says so in one line, and lives until it is ended.
const [, , dataDir] = process.argv;
if (dataDir === undefined) throw new Error('usage: hold-sandbox FOLDER');
const { owned, url } = await openSandbox(dataDir, {
  webhookSecret: 'whsec_test',
  onProgress: () => undefined,
  onTrouble: (message) => void process.stderr.write(`${message}\n`),
});
process.stdout.write(`${JSON.stringify({ owned, url })}\n`);
setInterval(() => undefined, 60_000);
