import type { Services } from '../services.ts';
import { insertNew, workerDocumentOf } from '../shifts/store-flush.ts';
import type { WorkerDocument } from './worker-model.ts';

/**
 * A worker that events brought and whose registration is still on its way, or was lost in a crash: registers them from one
 * of their events (G5). Null when there is none, or none of the platform named.
 */
export async function registerFromEvents(
  { models, database }: Pick<Services, 'models' | 'database'>,
  workerId: string,
  platformId?: string,
): Promise<WorkerDocument | null> {
  // Any event of the worker tells whose it is: looking on for one of this platform would take the longer the more a worker
  // of another one has, and tell that there is such a worker.
  const event = await models.shiftEvents.findOne({ workerId }).sort({ time: 1 }).lean();
  if (!event || (platformId !== undefined && event.platformId !== platformId)) return null;
  await insertNew(database.db, 'workers', [workerDocumentOf(event)]);
  return models.workers.findById(workerId).lean();
}
