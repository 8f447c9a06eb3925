import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIdentity } from '../../database/embedded/embedded-state.ts';
import type { ProcessIdentity } from '../../database/embedded/process-identity.ts';

/** What the processes that share a data folder know of its sandbox: `sandbox.json`. */
export interface SandboxState {
  /** Kept for ever: links to payers' pages name it. */
  readonly port: number;
  /** The process in which it runs; absent after a proper end. */
  readonly owner?: ProcessIdentity;
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly seed: string;
}

/** `undefined` when there is none that can be read. */
export function readSandboxState(folder: string): SandboxState | undefined {
  try {
    return parse(JSON.parse(readFileSync(join(folder, 'sandbox.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Replaces the state in one step. */
export function writeSandboxState(folder: string, state: SandboxState): void {
  const beside = join(folder, `sandbox.json.${process.pid}`);
  writeFileSync(beside, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  renameSync(beside, join(folder, 'sandbox.json'));
}

/** Secrets of a new sandbox. They look like Stripe's and name the sandbox. */
export function newSandboxSecrets(): Pick<SandboxState, 'secretKey' | 'webhookSecret' | 'seed'> {
  const random = (): string => randomBytes(16).toString('hex');
  return { secretKey: `sk_test_sandbox_${random()}`, webhookSecret: `whsec_sandbox_${random()}`, seed: random() };
}

function parse(value: unknown): SandboxState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field = (name: string): unknown => Reflect.get(value, name);
  const [port, secretKey, webhookSecret, seed] = ['port', 'secretKey', 'webhookSecret', 'seed'].map(field);
  if (typeof port !== 'number' || typeof secretKey !== 'string') return undefined;
  if (typeof webhookSecret !== 'string' || typeof seed !== 'string') return undefined;
  const owner = parseIdentity(field('owner'));
  return { port, secretKey, webhookSecret, seed, ...(owner && { owner }) };
}
