import type { Instant } from '../../programs/calendar.ts';
import type { ActorOf } from '../actor.ts';
import { hashToken } from '../people/hash-token.ts';
import { createKey, type KeyOwner } from '../platforms/create-key.ts';
import { listKeys } from '../platforms/list-keys.ts';
import { revokeKey } from '../platforms/revoke-key.ts';
import type { Services } from '../services.ts';

const DAY_MS = 86_400_000;

interface KeyWanted {
  readonly actor: ActorOf<'operator'>;
  readonly owner: KeyOwner;
  /** What an earlier start kept; used as long as it is valid for another day. */
  readonly kept: string | undefined;
  readonly now: Instant;
}

/** The owner's key that was kept; else a new one, in the place of the oldest where two are live whose secrets are lost. */
export async function keyOf(services: Services, { actor, owner, kept, now }: KeyWanted): Promise<string> {
  const ownerId = owner.kind === 'platform' ? owner.platformId : owner.operatorId;
  if (kept !== undefined && (await isValidKey(services, kept, ownerId, now))) return kept;
  const live = (await listKeys(services, { ownerId })).filter(({ revokedAt }) => revokedAt === undefined);
  const oldest = live.at(-1);
  if (live.length > 1 && oldest !== undefined) await revokeKey(services, { actor, keyId: oldest.keyId });
  return (await createKey(services, { actor, owner })).secret;
}

async function isValidKey({ models }: Services, secret: string, ownerId: string, now: Instant): Promise<boolean> {
  const key = await models.apiKeys.findById(hashToken(secret)).lean();
  if (key === null || key.revokedAt !== undefined || key.ownerId !== ownerId) return false;
  return key.expiresAt === undefined || key.expiresAt.getTime() >= now + DAY_MS;
}

/** The token, if it is one and valid for another day. */
export async function validToken(
  { models }: Services,
  secret: string | undefined,
  now: Instant,
): Promise<string | undefined> {
  if (secret === undefined) return undefined;
  const token = await models.tokens.findById(hashToken(secret)).lean();
  return token !== null && token.revokedAt === undefined && token.expiresAt.getTime() > now + DAY_MS
    ? secret
    : undefined;
}
