import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIdentity } from '../../database/embedded/embedded-state.ts';
import type { ProcessIdentity } from '../../database/embedded/process-identity.ts';

/** What the processes that share a folder know of its sandbox: `sandbox.json`. */
export interface SandboxState {
  /** Kept for ever: links to payers' pages name it. 0 as long as it was never started. */
  readonly port: number;
  readonly seed: string;
  /** The process in which it runs; absent after a proper end. */
  readonly owner?: ProcessIdentity;
  /** Where its webhooks go, for whoever starts it. */
  readonly webhookUrl?: string;
}

/** `undefined` when there is none that can be read. */
export function readSandboxState(folder: string): SandboxState | undefined {
  try {
    return parse(JSON.parse(readFileSync(join(folder, 'sandbox.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Replaces the state in one step; hold the lock of the folder. */
export function writeSandboxState(folder: string, state: SandboxState): void {
  const beside = join(folder, `sandbox.json.${process.pid}`);
  writeFileSync(beside, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  renameSync(beside, join(folder, 'sandbox.json'));
}

function parse(value: unknown): SandboxState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field = (name: string): unknown => Reflect.get(value, name);
  const [port, seed, webhookUrl] = ['port', 'seed', 'webhookUrl'].map(field);
  if (typeof port !== 'number' || typeof seed !== 'string') return undefined;
  const owner = parseIdentity(field('owner'));
  return { port, seed, ...(owner && { owner }), ...(typeof webhookUrl === 'string' && { webhookUrl }) };
}
