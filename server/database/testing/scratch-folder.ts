import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIdentity } from '../embedded/embedded-state.ts';
import { onProcessEnd } from '../embedded/on-process-end.ts';
import { identifyProcess, isAlive } from '../embedded/process-identity.ts';
import type { ProcessIdentity } from '../embedded/process-identity.ts';

const PREFIX = 'parasol-scratch-';
const RECORD = 'processes.jsonl';

/**
 * A temporary folder for the servers of one test run. It records who made it and which servers run in it, so that the
 * next run can clear away what a killed one left behind.
 */
export interface ScratchFolder {
  readonly path: string;
  /** Notes a server that runs in the folder. */
  record(server: ProcessIdentity): void;
  /** Ends what still runs in it, by force, and deletes it. Synchronous: it must work in an `exit` handler. */
  clear(): void;
}

/** Makes a scratch folder and clears the ones whose makers are gone. */
export function makeScratchFolder(): ScratchFolder {
  clearAbandoned();
  const path = mkdtempSync(join(tmpdir(), PREFIX));
  const record = (identity: ProcessIdentity): void =>
    writeFileSync(join(path, RECORD), `${JSON.stringify(identity)}\n`, { flag: 'a' });
  const own = identifyProcess(process.pid);
  if (own !== undefined) record(own);
  const clear = (): void => clearFolder(path);
  const withdraw = onProcessEnd(clear);
  return {
    path,
    record,
    clear() {
      withdraw();
      clear();
    },
  };
}

function clearAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(tmpdir(), name);
    const [maker] = processesOf(path);
    if (maker !== undefined && !isAlive(maker)) clearFolder(path);
  }
}

function clearFolder(path: string): void {
  const [, ...servers] = processesOf(path);
  for (const server of servers) {
    if (isAlive(server)) process.kill(server.pid, 'SIGKILL');
  }
  // A server that was just killed may still be creating a file.
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

function processesOf(path: string): ProcessIdentity[] {
  try {
    const lines = readFileSync(join(path, RECORD), 'utf8').trim().split('\n');
    return lines.map((line) => parseIdentity(JSON.parse(line))).filter((identity) => identity !== undefined);
  } catch {
    // Being made or cleared by another run at this moment.
    return [];
  }
}
