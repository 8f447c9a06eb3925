import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import type { WorkerDocument } from '../workers/worker-model.ts';

/** One human being, by our id of the person or of one of their workers. */
export type PersonRef =
  { readonly personId: string; readonly workerId?: never } | { readonly workerId: string; readonly personId?: never };

export interface PersonScope {
  /** Absent for a worker whose identity nobody proved: then only that worker is meant. */
  readonly personId?: string;
  /** The workers that are certainly this person. */
  readonly workers: readonly WorkerDocument[];
  /** Workers of whom a platform says that they are this person, unproved. */
  readonly asserted: readonly WorkerDocument[];
}

const WORKERS_MAX = 1_000;

/**
 * Whose data are meant. A worker whose link is only asserted stands for itself: what another platform's worker of the same
 * national id did is not handed to, nor erased by, somebody who did not prove to be that person (G23).
 * Throws `person_not_found`, `worker_not_found`.
 */
export async function personScope(services: Services, ref: PersonRef): Promise<PersonScope> {
  const { workers, people } = services.models;
  let personId = ref.personId;
  if (ref.workerId !== undefined) {
    const worker = await workers.findById(ref.workerId).lean();
    if (worker === null) throw new Refusal('not_found', 'worker_not_found', 'There is no such worker.');
    if (worker.personLink !== 'verified' || worker.personId === undefined) return { workers: [worker], asserted: [] };
    personId = worker.personId;
  }
  if (personId === undefined || (await people.exists({ _id: personId })) === null) {
    throw new Refusal('not_found', 'person_not_found', 'There is no such person.');
  }
  const linked = await workers.find({ personId }).sort({ _id: 1 }).limit(WORKERS_MAX).lean();
  return {
    personId,
    workers: linked.filter(({ personLink }) => personLink === 'verified'),
    asserted: linked.filter(({ personLink }) => personLink !== 'verified'),
  };
}
