import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { ConfigTrouble } from '../config.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { checkKeys } from './check-keys.ts';
import { openSecrets } from './open-secrets.ts';

const key = (): string => randomBytes(32).toString('base64');

describe('keys of a database', () => {
  const database = useTestDatabase();
  const keys = { encryptionKey: key(), hmacKey: key() };

  it('are taken at the first start, and by several at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => checkKeys(database.db, openSecrets(keys))));
    await checkKeys(database.db, openSecrets(keys));
  });

  for (const changed of ['encryptionKey', 'hmacKey'] as const) {
    it(`must not change: another ${changed} is refused`, async () => {
      await assert.rejects(checkKeys(database.db, openSecrets({ ...keys, [changed]: key() })), ConfigTrouble);
    });
  }

  it('may be rotated with the earlier one at hand', async () => {
    const rotated = { ...keys, encryptionKey: key(), previousEncryptionKeys: [keys.encryptionKey] };
    await checkKeys(database.db, openSecrets(rotated));
  });
});
