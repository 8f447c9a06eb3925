import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Actor } from '../actor.ts';
import type { Services } from '../services.ts';
import { hasLiveConsent } from '../consents/live-consent.ts';
import { registerFromEvents } from './register-from-events.ts';
import { WORKER_ID_PREFIX, workerIdOf } from './worker-id.ts';
import type { WorkerDocument } from './worker-model.ts';

/** The one answer to whoever may not know: unknown, another's, not consented (G22). */
export function workerNotFound(): Refusal {
  return new Refusal('not_found', 'worker_not_found', 'There is no worker with this id that you may see.');
}

/**
 * The worker whose covers the actor asks about. A platform names its own worker by its own id or ours, and another
 * platform's by ours while the person consents; a worker's token names only that worker, a person's token any verified
 * worker of that person (`me`: the bearer; for a person the first of them), an operator any by our id.
 * Everything else is `worker_not_found`, with the same body and the same reads. Which covers may be seen is another
 * question: `readableCovers`.
 */
export async function findWorker(services: Services, actor: Actor, idOrExternalId: string): Promise<WorkerDocument> {
  const now = services.clock.now();
  const { own, worker } = await lookUp(services, actor, idOrExternalId);
  if (own !== null) return own;
  const consented = await consentsTo(services, actor, worker, now);
  if (worker === null || !consented) throw workerNotFound();
  return worker;
}

/** As `findWorker`, without what only a consent opens: for what a platform says of its own workers. */
export async function findOwnWorker(services: Services, actor: Actor, idOrExternalId: string): Promise<WorkerDocument> {
  const { own } = await lookUp(services, actor, idOrExternalId);
  if (own === null) throw workerNotFound();
  return own;
}

/**
 * The worker meant, and whether it is the actor's own. One that is not is asked for among the actor's events as well, whether
 * it exists or not: a registration may still be on its way, and time must tell nothing.
 */
async function lookUp(services: Services, actor: Actor, idOrExternalId: string): Promise<LookedUp> {
  const { workers } = services.models;
  if (idOrExternalId === 'me' && actor.kind === 'person') {
    const own = await workers.findOne({ personId: actor.personId, personLink: 'verified' }).sort({ _id: 1 }).lean();
    return { own, worker: own };
  }
  const workerId = idMeant(actor, idOrExternalId);
  const worker = await workers.findById(workerId).lean();
  if (worker !== null && isOwn(actor, worker)) return { own: worker, worker };
  const registered = await registerFromEvents(
    services,
    workerId,
    actor.kind === 'platform' ? actor.platformId : undefined,
  );
  return { own: registered !== null && isOwn(actor, registered) ? registered : null, worker };
}

interface LookedUp {
  readonly own: WorkerDocument | null;
  readonly worker: WorkerDocument | null;
}

function idMeant(actor: Actor, idOrExternalId: string): string {
  if (actor.kind === 'worker' && idOrExternalId === 'me') return actor.workerId;
  if (actor.kind === 'platform' && !idOrExternalId.startsWith(WORKER_ID_PREFIX)) {
    return workerIdOf(actor.platformId, idOrExternalId);
  }
  return idOrExternalId;
}

function isOwn(actor: Actor, worker: WorkerDocument): boolean {
  switch (actor.kind) {
    case 'platform':
      return worker.platformId === actor.platformId;
    case 'worker':
      return worker._id === actor.workerId;
    case 'person':
      return worker.personId === actor.personId && worker.personLink === 'verified';
    case 'operator':
      return true;
    case 'public':
      return false;
  }
}

/** Asked of the database also when there is nobody to ask about, so that time tells nothing. */
async function consentsTo(
  services: Services,
  actor: Actor,
  worker: WorkerDocument | null,
  now: Instant,
): Promise<boolean> {
  if (actor.kind !== 'platform') return false;
  const personId = verifiedPersonOf(worker) ?? 'per_nobody';
  return hasLiveConsent(services, { personId, granteePlatformId: actor.platformId, now });
}

/** The person that a worker certainly is. */
export function verifiedPersonOf(worker: WorkerDocument | null): string | undefined {
  return worker?.personLink === 'verified' ? worker.personId : undefined;
}
