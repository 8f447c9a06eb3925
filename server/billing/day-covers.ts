import type { Services } from '../services.ts';

/** A cover of the day, as its events name it. */
export interface DayCover {
  readonly coverId: string;
  readonly workerId: string;
}

export interface DayCoversQuery {
  readonly policyId: string;
  readonly productDay: string;
  /** Only covers with an event received since; absent: all. */
  readonly sinceAt?: Date;
  /** Only workers after this id; '' all. */
  readonly afterWorkerId: string;
  readonly batchSize: number;
}

/**
 * The covers of a product day in the order of their workers, in batches, each worker in one batch only: found through
 * the events that name them (not through cover documents, which a crash may have lost, G1). Memory is bounded here; the
 * server groups on disk where it must.
 */
export async function* dayCovers(
  { models }: Pick<Services, 'models'>,
  { policyId, productDay, sinceAt, afterWorkerId, batchSize }: DayCoversQuery,
): AsyncGenerator<readonly DayCover[]> {
  const cursor = models.shiftEvents.collection.aggregate<{ _id: string; coverId: string }>(
    [
      {
        $match: {
          'decision.cover.policyId': policyId,
          'decision.cover.productDay': productDay,
          'decision.cover.workerId': { $gt: afterWorkerId },
          ...(sinceAt && { receivedAt: { $gte: sinceAt } }),
        },
      },
      { $group: { _id: '$decision.cover.workerId', coverId: { $first: '$decision.cover.coverId' } } },
      { $sort: { _id: 1 } },
    ],
    { allowDiskUse: true, batchSize },
  );
  let batch: DayCover[] = [];
  for await (const { _id, coverId } of cursor) {
    batch.push({ coverId, workerId: _id });
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
