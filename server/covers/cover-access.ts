import { Refusal } from '../../programs/refusal.ts';
import type { Actor } from '../actor.ts';
import type { DisclosureDocument } from '../audit/disclosure-model.ts';
import type { Services } from '../services.ts';
import { findOwnWorker, findWorker, verifiedPersonOf, workerNotFound } from '../workers/find-worker.ts';
import { readableCovers, type ReadableCovers } from '../workers/readable-covers.ts';
import { WORKER_ID_PREFIX, workerIdOf } from '../workers/worker-id.ts';
import type { WorkerDocument } from '../workers/worker-model.ts';
import type { WorkerOfPlatform } from './load-covers.ts';

export type { ReadableCovers } from '../workers/readable-covers.ts';

/**
 * Whose covers the actor may see when asking about a worker, that worker first (G22). Throws `worker_not_found`, alike for
 * unknown and not consented. One read in the common case: a platform asking about its own worker of whom nobody proved who
 * it is, where no consent could open anything more.
 */
export async function coverAccess(
  services: Services,
  actor: Actor,
  idOrExternalId: string,
): Promise<readonly ReadableCovers[]> {
  if (actor.kind === 'platform') {
    const own = await ownWorker(services, actor, idOrExternalId);
    if (own && verifiedPersonOf(own) === undefined) {
      return [{ workerId: own._id, platformId: own.platformId, basis: 'own_policy' }];
    }
    if (own) return readableCovers(services, actor, own);
  }
  const readable = await readableCovers(services, actor, await findWorker(services, actor, idOrExternalId));
  if (readable.length === 0) throw workerNotFound();
  return readable;
}

async function ownWorker(
  services: Services,
  actor: Actor,
  idOrExternalId: string,
): Promise<WorkerDocument | undefined> {
  try {
    return await findOwnWorker(services, actor, idOrExternalId);
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'not_found') return undefined;
    throw error;
  }
}

/**
 * Whom the actor certainly means, known without a read, so that the events can be read meanwhile. It grants nothing. An id
 * of ours may be another platform's worker: nothing of that one is read before it is known to be the actor's to see (G22).
 */
export function likelyWorker(actor: Actor, idOrExternalId: string): WorkerOfPlatform | undefined {
  if (actor.kind === 'worker') return { workerId: actor.workerId, platformId: actor.platformId };
  if (actor.kind !== 'platform') return undefined;
  if (idOrExternalId.startsWith(WORKER_ID_PREFIX)) return undefined;
  const { platformId } = actor;
  return { workerId: workerIdOf(platformId, idOrExternalId), platformId };
}

/** Writes down who read whose data: durably before the answer where it was not the reader's own (G22). */
export async function disclose(
  services: Services,
  reader: Actor,
  readable: readonly ReadableCovers[],
  purpose: DisclosureDocument['purpose'],
): Promise<void> {
  for (const { workerId, personId, basis } of readable) {
    const disclosure = { workerId, ...(personId !== undefined && { personId }), reader, purpose, basis };
    if (basis === 'own_policy' || basis === 'self') services.disclosures.note(disclosure);
    else await services.disclosures.record(disclosure);
  }
}
