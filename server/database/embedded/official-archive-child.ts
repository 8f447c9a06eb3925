import { MongoBinary } from 'mongodb-memory-server-core/lib/util/MongoBinary.js';

// Runs as a process of its own, so that the parent can end a download that never answers: the library has no such bound.
// It prints its progress; the last line of its output is the path of the binary, or the process fails.
const [, , downloadDir] = process.argv;
if (downloadDir === undefined) throw new Error('usage: official-archive-child FOLDER');
const binary = await MongoBinary.getPath({ downloadDir, checkMD5: true });
process.stdout.write(`\n${binary}\n`);
