import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomText } from '../database/ids.ts';

/** The demo's keys in the clear, kept so that later starts show the same ones. */
export interface DemoSecrets {
  readonly platformKey: string;
  readonly workerToken: string;
  readonly personToken: string;
  readonly operatorToken: string;
}

const FILE = 'demo.json';

/** What an earlier start kept under the data folder; nothing of it is certain to be valid still. */
export async function readDemoSecrets(dataDir: string): Promise<Partial<DemoSecrets>> {
  let stored: unknown;
  try {
    stored = JSON.parse(await readFile(join(dataDir, FILE), 'utf8'));
  } catch {
    // Absent, or cut off by a crash: new keys are made.
    return {};
  }
  return {
    ...textAt(stored, 'platformKey'),
    ...textAt(stored, 'workerToken'),
    ...textAt(stored, 'personToken'),
    ...textAt(stored, 'operatorToken'),
  };
}

/** Keeps them in a file that only its owner may read, whole or not at all. */
export async function keepDemoSecrets(dataDir: string, secrets: DemoSecrets): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const beside = join(dataDir, `${FILE}.${randomText(5)}`);
  await writeFile(beside, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(beside, join(dataDir, FILE));
}

function textAt<K extends keyof DemoSecrets>(stored: unknown, name: K): { [N in K]?: string } {
  const value: unknown = typeof stored === 'object' && stored !== null ? Reflect.get(stored, name) : undefined;
  const found: { [N in K]?: string } = {};
  if (typeof value === 'string') found[name] = value;
  return found;
}
