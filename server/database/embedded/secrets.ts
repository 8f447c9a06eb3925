import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What opens an embedded database; lies in its folder, readable by its owner only. */
export interface EmbeddedSecrets {
  keyFile: string;
  /** The content of `keyFile`: the password of the server's internal user. */
  key: string;
  password: string;
}

/** Reads the secrets of a database folder, making them the first time. */
export async function embeddedSecrets(folder: string): Promise<EmbeddedSecrets> {
  const keyFile = join(folder, 'key-file');
  const key = await readOrMake(keyFile, () => randomBytes(378).toString('base64'));
  const password = await readOrMake(join(folder, 'password'), () => randomBytes(24).toString('base64url'));
  return { keyFile, key, password };
}

async function readOrMake(path: string, make: () => string): Promise<string> {
  try {
    await writeFile(path, make(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    // Someone may have opened it up; mongod refuses a key file that others can read.
    await chmod(path, 0o600);
  }
  return (await readFile(path, 'utf8')).trim();
}
