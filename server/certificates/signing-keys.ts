import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import type { Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';
import type { SigningKeyDocument } from './signing-key-model.ts';

const DAY_MS = 86_400_000;
/** How long a key signs. */
export const KEY_SIGNS_DAYS = 90;
/** How long a certificate's token verifies offline; its key is published at least as long. */
export const TOKEN_VALID_DAYS = 90;
/** The next key is published this long before it signs, so that verifiers who cache the list know it in time. */
const PUBLISHED_BEFORE_DAYS = 7;
const CACHE_MS = 60_000;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

interface HeldKeys {
  readonly readAt: Instant;
  readonly documents: readonly SigningKeyDocument[];
  readonly imported: Map<string, Promise<CryptoKey>>;
}

const held = new WeakMap<Services, HeldKeys>();

/**
 * The key that signs at `now`: the oldest one whose time is not over, the same in every process (G24). Makes one when there
 * is none, and the next one when this one's time runs out, so rotation needs no job of its own.
 */
export async function signingKey(services: Services, now: Instant): Promise<SigningKey> {
  let keys = held.get(services);
  if (!keys || now - keys.readAt >= CACHE_MS || !signerOf(keys.documents, now)) {
    await rotateSigningKeys(services);
    keys = { readAt: now, documents: await readSigning(services, now), imported: new Map() };
    held.set(services, keys);
  }
  const signer = signerOf(keys.documents, now);
  if (!signer) throw new Error('No signing key is stored right after one was made.');
  let privateKey = keys.imported.get(signer._id);
  if (!privateKey) {
    privateKey = importPrivateKey(services, signer);
    keys.imported.set(signer._id, privateKey);
  }
  return { kid: signer._id, privateKey: await privateKey };
}

/** The public halves of all keys whose tokens may still be about, oldest first, as `/.well-known/jwks.json` shows them. */
export async function publishedKeys(services: Services, now: Instant): Promise<readonly JWK[]> {
  const documents = await services.models.signingKeys
    .find({ publishedUntil: { $gt: new Date(now) } })
    .sort({ createdAt: 1, _id: 1 })
    .lean();
  return documents.map(({ _id, publicJwk }) => ({ ...publicJwk, kid: _id, alg: 'EdDSA', use: 'sig' }));
}

export interface Rotation {
  readonly createdKeyId?: string;
  /** Keys forgotten because every token that they signed has expired. */
  readonly removedKeys: number;
}

/**
 * Makes the first key, or the successor of one that soon stops signing, and forgets keys that are published no longer.
 * Harmless to repeat and to run in several processes at once: of keys made for the same time one stays.
 */
export async function rotateSigningKeys(services: Services): Promise<Rotation> {
  const now = services.clock.now();
  const { deletedCount } = await services.models.signingKeys.deleteMany({ publishedUntil: { $lte: new Date(now) } });
  const signing = await readSigning(services, now);
  const signedUntil = Math.max(now, ...signing.map(({ signsUntil }) => signsUntil.getTime()));
  if (signedUntil - now > PUBLISHED_BEFORE_DAYS * DAY_MS) return { removedKeys: deletedCount };
  const createdKeyId = await createKey(services, now, signedUntil);
  return createdKeyId === undefined ? { removedKeys: deletedCount } : { createdKeyId, removedKeys: deletedCount };
}

/** Inserts a key that signs for a full term after `fromAt`; gives way, undefined, when another process's came first. */
async function createKey(services: Services, now: Instant, fromAt: Instant): Promise<string | undefined> {
  const { signingKeys } = services.models;
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const signsUntil = fromAt + KEY_SIGNS_DAYS * DAY_MS;
  await signingKeys.create({
    _id: kid,
    publicJwk: { ...publicJwk },
    wrappedPrivateJwk: services.secrets.wrap(JSON.stringify(await exportJWK(pair.privateKey))),
    createdAt: new Date(now),
    signsUntil: new Date(signsUntil),
    publishedUntil: new Date(signsUntil + TOKEN_VALID_DAYS * DAY_MS),
  });
  const [first] = await readSigning(services, fromAt);
  if (first?._id === kid) return kid;
  // It has signed nothing yet: this process reads the list again before it signs.
  await signingKeys.deleteOne({ _id: kid });
  return undefined;
}

/** Keys that sign at `now` or will, in the order in which they do. */
async function readSigning(services: Services, now: Instant): Promise<readonly SigningKeyDocument[]> {
  return services.models.signingKeys
    .find({ publishedUntil: { $gt: new Date(now) }, signsUntil: { $gt: new Date(now) } })
    .sort({ createdAt: 1, _id: 1 })
    .lean();
}

const signerOf = (documents: readonly SigningKeyDocument[], now: Instant): SigningKeyDocument | undefined =>
  documents.find(({ signsUntil }) => signsUntil.getTime() > now);

async function importPrivateKey(services: Services, key: SigningKeyDocument): Promise<CryptoKey> {
  const jwk: unknown = JSON.parse(services.secrets.unwrap(key.wrappedPrivateJwk));
  if (typeof jwk !== 'object' || jwk === null) throw new Error('A signing key is damaged.');
  const imported = await importJWK({ ...jwk }, 'EdDSA');
  if (imported instanceof Uint8Array) throw new Error('A signing key is not an asymmetric key.');
  return imported;
}
