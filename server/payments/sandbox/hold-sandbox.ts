import { openSandbox } from './open-sandbox.ts';

// A program for tests: opens the sandbox of a data folder, says so in one line, and lives until it is ended.
const [, , dataDir] = process.argv;
if (dataDir === undefined) throw new Error('usage: hold-sandbox FOLDER');
const { owned, port } = await openSandbox(dataDir, { onProgress: () => undefined });
process.stdout.write(`${JSON.stringify({ owned, port, pid: process.pid })}\n`);
setInterval(() => undefined, 60_000);
