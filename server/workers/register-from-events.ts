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
  const event = await models.shiftEvents
    .findOne({ workerId, ...(platformId !== undefined && { platformId }) })
    .sort({ time: 1 })
    .lean();
  if (!event) return null;
  await insertNew(database.db, 'workers', [workerDocumentOf(event)]);
  return models.workers.findById(workerId).lean();
}
