import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-identity.ts';

/** What the processes that share a data folder tell each other. */
export interface EmbeddedState {
  /** Kept after a stop: a replica set knows its members by host and port. */
  port: number;
  mongod?: ProcessIdentity;
  /** The process with which the database stops. */
  owner?: ProcessIdentity;
  /** True from the moment at which the owner began to stop it. */
  stopping?: boolean;
}

/** The state of a database folder; `undefined` when there is none that can be read. */
export function readState(folder: string): EmbeddedState | undefined {
  try {
    return parseState(JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Replaces the state in one step. Synchronous: it is also called while the process exits. */
export function writeState(folder: string, state: EmbeddedState): void {
  const beside = join(folder, `state.json.${process.pid}`);
  writeFileSync(beside, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  renameSync(beside, join(folder, 'state.json'));
}

function parseState(value: unknown): EmbeddedState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field = (name: string): unknown => Reflect.get(value, name);
  const port = field('port');
  if (typeof port !== 'number') return undefined;
  const mongod = parseIdentity(field('mongod'));
  const owner = parseIdentity(field('owner'));
  return { port, ...(mongod && { mongod }), ...(owner && { owner }), stopping: field('stopping') === true };
}

/** Reads an identity that was written as JSON. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startMark' in value)) return undefined;
  const { pid, startMark } = value;
  return typeof pid === 'number' && typeof startMark === 'string' ? { pid, startMark } : undefined;
}
