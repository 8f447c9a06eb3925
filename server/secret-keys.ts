import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from './config.ts';
import type { SecretKeys } from './people/open-secrets.ts';

const FILE = 'keys.json';

/**
 * The configured keys; outside production, for what is not configured, keys made once and kept under the data folder
 * (0600), so that what a demo encrypted can be read after a restart. Two processes that start at once agree: the file is
 * created exclusively, and the loser reads the winner's.
 */
export function secretKeys(config: Config): SecretKeys {
  const { encryptionKey, hmacKey } = config;
  if (encryptionKey !== undefined && hmacKey !== undefined) return { encryptionKey, hmacKey };
  const made = keysOfFolder(config.dataDir);
  return { encryptionKey: encryptionKey ?? made.encryptionKey, hmacKey: hmacKey ?? made.hmacKey };
}

function keysOfFolder(folder: string): SecretKeys {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, FILE);
  const fresh = { encryptionKey: randomBytes(32).toString('base64'), hmacKey: randomBytes(32).toString('base64') };
  try {
    writeFileSync(file, JSON.stringify(fresh), { mode: 0o600, flag: 'wx' });
    return fresh;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isKeys(kept))
    throw new Error(`${file} does not hold the keys it should; restore it, or remove the data folder.`);
  return kept;
}

function isKeys(value: unknown): value is SecretKeys {
  return (
    typeof value === 'object' &&
    value !== null &&
    'encryptionKey' in value &&
    typeof value.encryptionKey === 'string' &&
    'hmacKey' in value &&
    typeof value.hmacKey === 'string'
  );
}
