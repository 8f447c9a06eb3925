import type { ActorOf } from '../actor.ts';
import { openProfile, profileIdOf } from '../people/profile.ts';
import type { Services } from '../services.ts';
import { workerDisclosure, type WorkerWithProfile } from './get-worker.ts';

export interface ListWorkersInput {
  readonly actor: ActorOf<'platform'>;
  /** External ids that begin so; default all. */
  readonly prefix?: string;
  /** After this external id. */
  readonly after?: string;
  readonly limit: number;
}

/** Greater than every text that goes on after a prefix. */
const LAST_CHARACTER = '\u{10FFFF}';

/** The platform's workers by external id (in the order of its bytes); one more than `limit` when there are more. */
export async function listWorkers(services: Services, input: ListWorkersInput): Promise<readonly WorkerWithProfile[]> {
  const { actor, prefix = '', after, limit } = input;
  const externalId = {
    ...(after === undefined ? { $gte: prefix } : { $gte: prefix, $gt: after }),
    $lt: prefix + LAST_CHARACTER,
  };
  const workers = await services.models.workers
    .find({ platformId: actor.platformId, externalId })
    .sort({ externalId: 1 })
    .limit(limit + 1)
    .lean();
  const documents = await services.models.people
    .find({ _id: { $in: workers.map(({ _id }) => profileIdOf(_id)) } })
    .lean();
  const byId = new Map(documents.map((document) => [document._id, document]));
  for (const worker of workers.slice(0, limit)) services.disclosures.note(workerDisclosure(actor, worker));
  return workers.map((worker) => ({
    worker,
    profile: openProfile(services.secrets, byId.get(profileIdOf(worker._id))),
  }));
}
