import type { ClientSession } from 'mongodb';
import type { ActorOf } from '../actor.ts';
import { mintToken, type MintedToken } from '../people/tokens.ts';
import type { Services } from '../services.ts';
import { findOwnWorker } from './find-worker.ts';

export const WORKER_TOKEN_TTL_SECONDS = 24 * 3_600;
export const WORKER_TOKEN_TTL_SECONDS_MAX = 30 * 24 * 3_600;

export interface MintWorkerTokenInput {
  readonly actor: ActorOf<'platform'>;
  readonly idOrExternalId: string;
  /** Up to 30 days; default 24 hours. */
  readonly ttlSeconds?: number;
}

export interface MintedWorkerToken extends MintedToken {
  readonly workerId: string;
}

/**
 * A token that a platform hands to its worker: reads covers under that platform's policies, grants nothing (G22).
 * Throws `worker_not_found`. Writes with `session`, so that an `Idempotency-Key` and the token are stored together.
 */
export async function mintWorkerToken(
  services: Services,
  input: MintWorkerTokenInput,
  session?: ClientSession,
): Promise<MintedWorkerToken> {
  const now = services.clock.now();
  const { actor, idOrExternalId, ttlSeconds = WORKER_TOKEN_TTL_SECONDS } = input;
  const { _id: workerId } = await findOwnWorker(services, actor, idOrExternalId);
  const subject = { kind: 'worker', subjectId: workerId, platformId: actor.platformId } as const;
  return { workerId, ...(await mintToken(services, { ...subject, now, ttlSeconds }, session)) };
}
