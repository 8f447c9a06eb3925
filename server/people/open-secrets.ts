import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { normaliseNationalId } from './national-id.ts';
import type { Secrets } from './secrets.ts';

export interface SecretKeys {
  /** Base64 of 32 bytes: wraps the people's data keys and our own secrets. */
  readonly encryptionKey: string;
  /** Base64 of 32 bytes, another than the encryption key. Changing it loses the recognition of persons: it is not rotated. */
  readonly hmacKey: string;
  /** Earlier encryption keys: what they wrapped can still be opened, nothing new is wrapped with them. */
  readonly previousEncryptionKeys?: readonly string[];
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Wrapped by an encryption key: `w1.<key's id>.<iv, ciphertext, tag>`. The key's id finds the right key after a rotation. */
const WRAPPED = 'w1';
/** Encrypted under a person's own key: `e1.<iv, ciphertext, tag>`. */
const ENCRYPTED = 'e1';

/**
 * Encryption and keyed hashes from the configuration's two keys. Throws when a key is not base64 of 32 bytes, when both
 * are the same, and on opening what was changed, was wrapped by an unknown key or has an unknown version.
 */
export function openSecrets(keys: SecretKeys): Secrets {
  const current = wrappingKey(keys.encryptionKey, 'The encryption key');
  const known = new Map(
    [current, ...(keys.previousEncryptionKeys ?? []).map((key) => wrappingKey(key, 'A previous encryption key'))].map(
      (key) => [key.id, key],
    ),
  );
  const hmacRoot = keyBytes(keys.hmacKey, 'The HMAC key');
  if (hmacRoot.equals(keyBytes(keys.encryptionKey, 'The encryption key'))) {
    throw new Error('The HMAC key and the encryption key must be two different keys.');
  }
  const hmacKeys = new Map<string, Buffer>();
  const hmacKey = (purpose: string): Buffer => {
    const made = hmacKeys.get(purpose) ?? derive(hmacRoot, `hmac/${purpose}`);
    // Purposes are names in our code, few; the bound guards against a caller who passes data for one.
    if (hmacKeys.size < 100) hmacKeys.set(purpose, made);
    return made;
  };

  const wrap = (plain: Buffer): string =>
    `${WRAPPED}.${current.id}.${seal(current.bytes, plain, `${WRAPPED}.${current.id}`)}`;
  const unwrap = (text: string): Buffer => {
    const [version, id = '', sealed = ''] = text.split('.');
    if (version !== WRAPPED) throw new Error('A wrapped secret has an unknown version.');
    const key = known.get(id);
    if (key === undefined) throw new Error(`No configured encryption key has the id ${id}: a secret cannot be opened.`);
    return open(key.bytes, sealed, `${WRAPPED}.${id}`);
  };

  return {
    newPersonKey: () => wrap(randomBytes(KEY_BYTES)),
    encrypt: (wrappedKey, plain) => `${ENCRYPTED}.${seal(unwrap(wrappedKey), Buffer.from(plain, 'utf8'), ENCRYPTED)}`,
    decrypt(wrappedKey, cipher) {
      const [version, sealed = ''] = cipher.split('.');
      if (version !== ENCRYPTED) throw new Error('An encrypted field has an unknown version.');
      return open(unwrap(wrappedKey), sealed, ENCRYPTED).toString('utf8');
    },
    wrap: (plain) => wrap(Buffer.from(plain, 'utf8')),
    unwrap: (cipher) => unwrap(cipher).toString('utf8'),
    nationalIdHash: (nationalId) =>
      createHmac('sha256', hmacKey('national-id')).update(normaliseNationalId(nationalId)).digest('base64url'),
    sign: (purpose, text) =>
      createHmac('sha256', hmacKey(`sign/${purpose}`))
        .update(text)
        .digest('base64url'),
  };
}

function wrappingKey(text: string, name: string): { id: string; bytes: Buffer } {
  const root = keyBytes(text, name);
  return {
    id: createHash('sha256').update('parasol key id').update(root).digest('hex').slice(0, 12),
    bytes: derive(root, 'wrap'),
  };
}

function keyBytes(text: string, name: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== KEY_BYTES) throw new Error(`${name} must be base64 of ${KEY_BYTES} bytes.`);
  return bytes;
}

function derive(root: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `parasol/${purpose}`, KEY_BYTES));
}

/** AES-256-GCM with a random iv; `context` is authenticated, so a text of one kind cannot be passed off as another. */
function seal(key: Buffer, plain: Buffer, context: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function open(key: Buffer, sealed: string, context: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new Error('An encrypted text is cut short.');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES)), decipher.final()]);
}
