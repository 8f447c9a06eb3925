import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import { OPERATOR_SCOPES, SCOPES, type ActorOf, type Scope } from '../actor.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { randomText } from '../database/ids.ts';
import { hashToken } from '../people/hash-token.ts';
import type { Services } from '../services.ts';
import type { ApiKeyDocument } from './api-key-model.ts';

/** Whose key: a platform's has the platform's mode, an operator's is told. */
export type KeyOwner =
  | { readonly kind: 'platform'; readonly platformId: string }
  | { readonly kind: 'operator'; readonly operatorId: string; readonly mode: 'test' | 'live' };

export interface CreateKeyInput {
  readonly actor: ActorOf<'operator'>;
  readonly owner: KeyOwner;
  /** Default: all that a platform may have, or all for an operator. */
  readonly scopes?: readonly Scope[];
  /** Default: never. */
  readonly expiresAt?: Instant;
}

/** What may be shown of a key at any time. */
export type KeySummary = Pick<ApiKeyDocument, 'keyId' | 'owner' | 'ownerId' | 'hint' | 'scopes' | 'createdAt'> &
  Partial<Pick<ApiKeyDocument, 'expiresAt' | 'revokedAt'>>;

export interface CreatedKey extends KeySummary {
  /** The key itself. It is shown this once: only its hash is kept. */
  readonly secret: string;
}

/** So that a key can be replaced without a gap, and no more: a forgotten key is an open door. */
const SLOTS = [1, 2] as const;
const PLATFORM_SCOPES = SCOPES.filter((scope) => !OPERATOR_SCOPES.includes(scope));

/**
 * Makes an API key. Throws `platform_not_found`, `key_invalid`, `too_many_keys` when the owner has two live ones: revoke
 * one first. Two places per owner are kept by the database itself, whoever asks at the same time.
 */
export async function createKey(services: Services, input: CreateKeyInput): Promise<CreatedKey> {
  const now = services.clock.now();
  const { owner } = input;
  const scopes = [...new Set(input.scopes ?? (owner.kind === 'platform' ? PLATFORM_SCOPES : SCOPES))];
  if (scopes.length === 0) throw new Refusal('invalid', 'key_invalid', 'A key needs at least one scope.');
  if (input.expiresAt !== undefined && input.expiresAt <= now) {
    throw new Refusal('invalid', 'key_invalid', 'A key must expire later than now.');
  }
  const mode = owner.kind === 'operator' ? owner.mode : await modeOf(services, owner.platformId);
  const secret = `psk_${mode}_${randomText(20)}`;
  const key: ApiKeyDocument = {
    _id: hashToken(secret),
    keyId: services.ids.next('key'),
    owner: owner.kind,
    ownerId: owner.kind === 'platform' ? owner.platformId : owner.operatorId,
    hint: `${secret.slice(0, 13)}...`,
    scopes,
    createdAt: new Date(now),
    ...(input.expiresAt === undefined ? {} : { expiresAt: new Date(input.expiresAt) }),
  };
  await services.models.apiKeys.updateMany(
    { ownerId: key.ownerId, slot: { $exists: true }, expiresAt: { $lte: new Date(now) } },
    { $unset: { slot: '' } },
  );
  for (const slot of SLOTS) {
    try {
      await services.models.apiKeys.create({ ...key, slot });
      return { ...keySummary(key), secret };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
  throw new Refusal(
    'conflict',
    'too_many_keys',
    `${key.ownerId} already has two live keys: revoke the one that is no longer used, then create the new one.`,
  );
}

/** Everything of a key but its hash. */
export function keySummary(key: ApiKeyDocument): KeySummary {
  return {
    keyId: key.keyId,
    owner: key.owner,
    ownerId: key.ownerId,
    hint: key.hint,
    scopes: key.scopes,
    createdAt: key.createdAt,
    ...(key.expiresAt === undefined ? {} : { expiresAt: key.expiresAt }),
    ...(key.revokedAt === undefined ? {} : { revokedAt: key.revokedAt }),
  };
}

async function modeOf(services: Services, platformId: string): Promise<'test' | 'live'> {
  const platform = await services.models.platforms.findById(platformId, { mode: 1 }).lean();
  if (platform === null) throw new Refusal('not_found', 'platform_not_found', `There is no platform ${platformId}.`);
  return platform.mode;
}
