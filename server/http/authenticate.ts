import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Actor } from '../actor.ts';
import type { Models } from '../database/models.ts';
import { hashToken } from '../people/hash-token.ts';
import type { ApiKeyDocument } from '../platforms/api-key-model.ts';
import { BoundedMap } from './bounded-map.ts';

/** How long a lookup is believed: so long may a revoked key still work in a process that has just used it. */
export const CREDENTIALS_CACHED_MS = 5_000;
const KNOWN_MAX = 10_000;
const UNKNOWN_MAX = 10_000;

/** What a key or token was found to be. */
interface Finding {
  readonly foundAt: Instant;
  readonly actor?: Actor;
  readonly expiresAt?: Instant;
  readonly revoked: boolean;
}

/** Who a request comes from, by its `Authorization` header. */
export interface Authenticator {
  /**
   * The actor, at once when the credentials were looked up in the last 5 s; else `beforeLookUp` is called first, and may
   * throw. Throws `unauthenticated`:
   * `credentials_missing`, `_malformed`, `_unknown`, `_revoked`, `_expired`.
   */
  authenticate(authorization: string | undefined, now: Instant, beforeLookUp?: () => void): Actor | Promise<Actor>;
}

type CredentialModels = Pick<Models, 'apiKeys' | 'tokens' | 'platforms'>;
interface CredentialServices {
  readonly models: CredentialModels;
}

const BEARER = /^Bearer +((?:psk_(?:test|live)|wkt|pst)_[A-Za-z0-9_-]{16,200}) *$/i;

export function openAuthenticator(services: CredentialServices): Authenticator {
  const known = new BoundedMap<string, Finding>(KNOWN_MAX);
  // Apart, so that guesses cannot push out what is good.
  const unknown = new BoundedMap<string, Finding>(UNKNOWN_MAX);
  const looking = new Map<string, Promise<Finding>>();

  function remembered(hash: string, now: Instant): Finding | undefined {
    const finding = known.get(hash) ?? unknown.get(hash);
    return finding !== undefined && now - finding.foundAt < CREDENTIALS_CACHED_MS ? finding : undefined;
  }

  async function lookUp(token: string, hash: string, now: Instant): Promise<Finding> {
    const under = looking.get(hash);
    if (under !== undefined) return under;
    const search = token.startsWith('psk_')
      ? findKey(services.models, hash, now)
      : findToken(services.models, hash, now);
    looking.set(hash, search);
    try {
      const finding = await search;
      (finding.actor === undefined ? unknown : known).set(hash, finding);
      (finding.actor === undefined ? known : unknown).delete(hash);
      return finding;
    } finally {
      looking.delete(hash);
    }
  }

  return {
    authenticate(authorization, now, beforeLookUp) {
      const token = tokenOf(authorization);
      const hash = hashToken(token);
      const finding = remembered(hash, now);
      if (finding !== undefined) return accept(finding, now);
      beforeLookUp?.();
      return lookUp(token, hash, now).then((found) => accept(found, now));
    },
  };
}

function tokenOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') {
    throw new Refusal(
      'unauthenticated',
      'credentials_missing',
      'This operation needs an Authorization header: Bearer and your API key or token.',
    );
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) {
    throw new Refusal(
      'unauthenticated',
      'credentials_malformed',
      'The Authorization header must be Bearer and a key or token that begins with psk_test_, psk_live_, wkt_ or pst_.',
    );
  }
  return token;
}

function accept(finding: Finding, now: Instant): Actor {
  if (finding.revoked) {
    throw new Refusal('unauthenticated', 'credentials_revoked', 'This key or token was revoked.');
  }
  if (finding.actor === undefined) {
    throw new Refusal('unauthenticated', 'credentials_unknown', 'This key or token is not known here.');
  }
  if (finding.expiresAt !== undefined && finding.expiresAt <= now) {
    throw new Refusal('unauthenticated', 'credentials_expired', 'This key or token has expired.');
  }
  return finding.actor;
}

async function findKey(models: CredentialModels, hash: string, foundAt: Instant): Promise<Finding> {
  const key = await models.apiKeys.findById(hash).lean();
  if (key === null) return { foundAt, revoked: false };
  const actor = key.owner === 'operator' ? operator(key) : await platform(models, key);
  return finding(foundAt, actor, key);
}

function operator(key: ApiKeyDocument): Actor {
  return { kind: 'operator', operatorId: key.ownerId, scopes: new Set(key.scopes) };
}

async function platform(models: CredentialModels, key: ApiKeyDocument): Promise<Actor | undefined> {
  const owner = await models.platforms.findById(key.ownerId).lean();
  if (owner === null) return undefined;
  return {
    kind: 'platform',
    platformId: key.ownerId,
    keyId: key.keyId,
    scopes: new Set(key.scopes),
    sources: owner.sources,
  };
}

async function findToken(models: CredentialModels, hash: string, foundAt: Instant): Promise<Finding> {
  const token = await models.tokens.findById(hash).lean();
  if (token === null) return { foundAt, revoked: false };
  const { tokenId, subjectId, platformId } = token;
  if (token.kind === 'person') return finding(foundAt, { kind: 'person', personId: subjectId, tokenId }, token);
  if (platformId === undefined) return { foundAt, revoked: false };
  return finding(foundAt, { kind: 'worker', workerId: subjectId, platformId, tokenId }, token);
}

function finding(foundAt: Instant, actor: Actor | undefined, stored: { expiresAt?: Date; revokedAt?: Date }): Finding {
  return {
    foundAt,
    revoked: stored.revokedAt !== undefined,
    ...(actor === undefined ? {} : { actor }),
    ...(stored.expiresAt === undefined ? {} : { expiresAt: stored.expiresAt.getTime() }),
  };
}
