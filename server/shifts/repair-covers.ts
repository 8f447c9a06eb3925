import type { Instant } from '../../programs/calendar.ts';
import { discoverPeriods } from '../billing/discover-periods.ts';
import type { Services } from '../services.ts';
import { ensureCovers, type NamedCover } from './ensure-covers.ts';
import type { ShiftEventDocument } from './shift-event-model.ts';
import { insertNew, workerDocumentOf } from './store-flush.ts';
import { walkReceipts, type ReceiptSlice } from './walk-receipts.ts';

/** A flush gives up before this, so younger events may still be having their covers inserted (G19). */
const FLUSH_SETTLED_MS = 60_000;

/** Covers, workers or periods repaired in one go. */
const BATCH = 500;

/** What a crash between the inserts of a flush had lost, and is there again. */
export interface Repairs {
  readonly covers: number;
  readonly workers: number;
  readonly periods: number;
}

/**
 * Inserts what the events received since the last run name but the database lacks: covers (from the event's frozen
 * decision, G1), workers and periods. The intake writes these beside the events, not in one transaction, so a crash can
 * lose them; every one is inserted under its own `_id`, so running twice, or at once, changes nothing.
 */
export async function repairCovers(services: Services, { now }: { readonly now: Instant }): Promise<Repairs> {
  let covers = 0;
  let workers = 0;
  await walkReceipts(services, { name: 'repair-covers', until: now - FLUSH_SETTLED_MS }, async (slice) => {
    covers += await repairCoversIn(services, slice);
    workers += await repairWorkersIn(services, slice);
  });
  const periods = await discoverPeriods(services, { now });
  const repairs = { covers, workers, periods: periods.created };
  if (covers + workers + periods.created > 0) services.log.warn(repairs, 'inserted what a crash had lost');
  return repairs;
}

async function repairCoversIn(services: Services, { from, to }: ReceiptSlice): Promise<number> {
  const cursor = services.models.shiftEvents.collection.aggregate<{ _id: string; workerId: string }>(
    [
      { $match: { receivedAt: { $gte: from, $lt: to }, 'decision.cover.coverId': { $exists: true } } },
      { $group: { _id: '$decision.cover.coverId', workerId: { $first: '$workerId' } } },
    ],
    { allowDiskUse: true },
  );
  let repaired = 0;
  for await (const batch of batches(cursor)) {
    const missing = await missingIn(services, 'covers', batch);
    const named: NamedCover[] = missing.map(({ _id, workerId }) => ({ coverId: _id, workerId }));
    repaired += (await ensureCovers(services, named)).repaired.length;
  }
  return repaired;
}

async function repairWorkersIn(services: Services, { from, to }: ReceiptSlice): Promise<number> {
  const cursor = services.models.shiftEvents.collection.aggregate<{ _id: string }>(
    [{ $match: { receivedAt: { $gte: from, $lt: to } } }, { $group: { _id: '$workerId' } }],
    { allowDiskUse: true },
  );
  let repaired = 0;
  for await (const batch of batches(cursor)) {
    const missing = await missingIn(services, 'workers', batch);
    if (missing.length > 0) repaired += await registerWorkers(services, missing);
  }
  return repaired;
}

/** Registers workers by the first event that was received of each. */
async function registerWorkers({ models, database }: Services, workers: readonly { _id: string }[]): Promise<number> {
  const firsts = await models.shiftEvents.collection
    .aggregate<{ event: ShiftEventDocument }>(
      [
        { $match: { workerId: { $in: workers.map(({ _id }) => _id) } } },
        { $sort: { receivedAt: 1 } },
        { $group: { _id: '$workerId', event: { $first: '$$ROOT' } } },
      ],
      { allowDiskUse: true },
    )
    .toArray();
  const documents = firsts.map(({ event }) => workerDocumentOf(event));
  const taken = await insertNew(database.db, 'workers', documents);
  return documents.length - taken.size;
}

/** Those whose `_id` the collection lacks. (Measured: about half the time of a `$lookup`.) */
async function missingIn<T extends { _id: string }>(
  { database }: Services,
  collection: 'covers' | 'workers',
  named: readonly T[],
): Promise<readonly T[]> {
  const found = await database.db
    .collection<{ _id: string }>(collection)
    .find({ _id: { $in: named.map(({ _id }) => _id) } }, { projection: { _id: 1 } })
    .toArray();
  const there = new Set(found.map(({ _id }) => _id));
  return named.filter(({ _id }) => !there.has(_id));
}

async function* batches<T>(source: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of source) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
