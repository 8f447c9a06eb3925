import type { Actor } from '../actor.ts';
import type { Disclosure } from '../audit/disclosure-log.ts';
import { openProfile, profileIdOf, type Profile } from '../people/profile.ts';
import type { Services } from '../services.ts';
import { findOwnWorker, verifiedPersonOf } from './find-worker.ts';
import type { WorkerDocument } from './worker-model.ts';

export interface WorkerWithProfile {
  readonly worker: WorkerDocument;
  readonly profile: Profile;
}

/** A worker of the actor's own, with what its platform said of it. Throws `worker_not_found`. */
export async function getWorker(services: Services, actor: Actor, idOrExternalId: string): Promise<WorkerWithProfile> {
  const worker = await findOwnWorker(services, actor, idOrExternalId);
  const document = await services.models.people.findById(profileIdOf(worker._id)).lean();
  const disclosure = workerDisclosure(actor, worker);
  if (actor.kind === 'operator') await services.disclosures.record(disclosure);
  else services.disclosures.note(disclosure);
  return { worker, profile: openProfile(services.secrets, document) };
}

/** The disclosure of what a platform said of a worker to somebody whose own it is. */
export function workerDisclosure(reader: Actor, worker: WorkerDocument): Disclosure {
  const personId = verifiedPersonOf(worker);
  const basis = reader.kind === 'platform' ? 'own_policy' : reader.kind === 'operator' ? 'operator' : 'self';
  return { workerId: worker._id, ...(personId === undefined ? {} : { personId }), reader, purpose: 'worker', basis };
}
