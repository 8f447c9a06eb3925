import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigTrouble, type Config } from './config.ts';
import type { SecretKeys } from './people/open-secrets.ts';

const FILE = 'keys.json';

/**
 * The configured keys; outside production, for what is not configured, keys made once and kept under the data folder
 * (0600), so that what a demo encrypted can be read after a restart. Two processes that start at once agree: the file
 * appears whole and exclusively, and the loser reads the winner's. Throws `ConfigTrouble` when the file is damaged.
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
  if (!existsSync(file)) {
    const beside = `${file}.${process.pid}`;
    writeFileSync(beside, JSON.stringify(fresh), { mode: 0o600 });
    try {
      linkSync(beside, file);
      return fresh;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    } finally {
      rmSync(beside);
    }
  }
  const kept = parsed(readFileSync(file, 'utf8'));
  if (!isKeys(kept))
    throw new ConfigTrouble(`${file} does not hold the keys it should: restore it, or move the data folder away.`);
  return kept;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
