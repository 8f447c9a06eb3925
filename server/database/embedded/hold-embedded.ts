import { startEmbedded } from './start-embedded.ts';

// A program for tests: opens the database of a data folder, says so in one line, and lives until it is ended.
const [, , dataDir] = process.argv;
if (dataDir === undefined) throw new Error('usage: hold-embedded FOLDER');
const { owned, pid } = await startEmbedded({ dataDir, onProgress: () => undefined });
process.stdout.write(`${JSON.stringify({ owned, pid })}\n`);
setInterval(() => undefined, 60_000);
