import type { Db } from 'mongodb';
import { ConfigTrouble } from '../config.ts';
import type { Secrets } from './secrets.ts';

interface KeyCheck {
  _id: 'keys';
  /** Can be opened by the encryption key that personal data was wrapped with. */
  wrapped: string;
  /** Comes out the same under the HMAC key that persons are recognised by. */
  signed: string;
}

const PLAIN = 'parasol';

/**
 * Refuses to run on a database that was written under other keys: what it holds could not be read, and known persons would
 * come back as strangers. The first start on a database leaves the mark. Throws `ConfigTrouble`.
 */
export async function checkKeys(db: Db, secrets: Secrets): Promise<void> {
  const fresh = { wrapped: secrets.wrap(PLAIN), signed: secrets.sign('key-check', PLAIN) };
  const checks = db.collection<KeyCheck>('key_checks');
  await checks.updateOne({ _id: 'keys' }, { $setOnInsert: fresh }, { upsert: true });
  const mark = await checks.findOne({ _id: 'keys' });
  if (!mark) throw new Error('The mark of the keys is gone.');
  if (mark.signed !== fresh.signed || !opens(secrets, mark.wrapped)) {
    throw new ConfigTrouble(
      'This database was written under other keys: set PARASOL_ENCRYPTION_KEY and PARASOL_HMAC_KEY to those (without them, keys.json of its data folder holds them).',
    );
  }
}

function opens(secrets: Secrets, wrapped: string): boolean {
  try {
    return secrets.unwrap(wrapped) === PLAIN;
  } catch {
    return false;
  }
}
