import type { Actor } from '../actor.ts';
import type { Disclosure } from '../audit/disclosure-log.ts';
import { hasLiveConsent } from '../consents/live-consent.ts';
import type { Services } from '../services.ts';
import { verifiedPersonOf } from './find-worker.ts';
import type { WorkerDocument } from './worker-model.ts';

/** Covers that the actor may see: those of this worker, which are all under this platform's policies. */
export interface ReadableCovers {
  readonly workerId: string;
  readonly platformId: string;
  /** For the disclosure log. */
  readonly personId?: string;
  readonly basis: Disclosure['basis'];
}

/** More jobs than that nobody has; the bound keeps one question from becoming thousands of reads. */
const WORKERS_MAX = 50;

/**
 * Whose covers the actor may see when asking about a worker that `findWorker` gave (G22). A worker belongs to one platform
 * and its covers are under that platform's policies, so what may be seen is a list of workers, the one asked for first:
 * - a platform: its own worker; the same person's others only by a live consent of the proved person;
 * - a worker's token: that worker alone; a person's token and an operator: all proved workers of the person.
 * A link that a platform merely asserted opens nothing.
 */
export async function readableCovers(
  services: Services,
  actor: Actor,
  worker: WorkerDocument,
): Promise<readonly ReadableCovers[]> {
  const now = services.clock.now();
  const personId = verifiedPersonOf(worker);
  const reads = (of: WorkerDocument): ReadableCovers => ({
    workerId: of._id,
    platformId: of.platformId,
    ...(personId === undefined ? {} : { personId }),
    basis: basisOf(actor, of),
  });
  if (actor.kind === 'worker' || actor.kind === 'public') return [reads(worker)];
  if (actor.kind === 'platform') {
    const consented =
      personId !== undefined &&
      (await hasLiveConsent(services, { personId, granteePlatformId: actor.platformId, now }));
    if (!consented) return worker.platformId === actor.platformId ? [reads(worker)] : [];
  }
  if (personId === undefined) return [reads(worker)];
  const others = await services.models.workers
    .find({ personId, personLink: 'verified', _id: { $ne: worker._id } })
    .sort({ _id: 1 })
    .limit(WORKERS_MAX)
    .lean();
  return [worker, ...others].map(reads);
}

function basisOf(actor: Actor, worker: WorkerDocument): Disclosure['basis'] {
  switch (actor.kind) {
    case 'platform':
      return worker.platformId === actor.platformId ? 'own_policy' : 'consent';
    case 'worker':
    case 'person':
      return 'self';
    case 'operator':
      return 'operator';
    case 'public':
      return 'public_code';
  }
}
