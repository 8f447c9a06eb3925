import { readFile } from 'node:fs/promises';
import { findUndocumented } from './tidy/find-undocumented.ts';
import { findUntidy } from './tidy/find-untidy.ts';
import { readTree } from './tidy/tree.ts';

// What people forget, a program remembers: run by `npm run lint`.
const files = await readTree('.');
const lock = { path: 'package-lock.json', text: await readFile('package-lock.json', 'utf8') };
const findings = [...findUntidy([...files, lock]), ...findUndocumented(files)];
for (const { path, line, message } of findings) {
  process.stdout.write(`${path}${line === undefined ? '' : `:${line}`}  ${message}\n`);
}
process.stdout.write(findings.length === 0 ? `Tidy: ${files.length} files.\n` : `${findings.length} untidy places.\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
