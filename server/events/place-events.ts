import type { Collection, ClientSession } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Services } from '../services.ts';
import { eventRows, type EventDocument, type EventHeadDocument } from './event-model.ts';

type PlaceServices = Pick<Services, 'database'>;

/** The head of the whole log; the other heads are the audiences'. */
export const LOG_HEAD = 'all';

/** Events placed in one transaction. */
const BATCH = 500;

/**
 * Gives each new event its place in the log: the next number after the last. A transaction can commit long after a later
 * one, so no time and no id that was chosen inside it can be a cursor: what commits late would stand before the readers'
 * cursors and never be seen. Places are given only to what has committed, a batch in one transaction; all who give places
 * meet at the log's head, so places become visible in their order and without holes, and a reader who goes on after the
 * last place it saw misses nothing. Call it as often as you like, in as many processes; it returns how many it placed.
 */
export async function placeEvents(services: PlaceServices, { now }: { readonly now: Instant }): Promise<number> {
  let placed = 0;
  // An idle log costs one look, and no transaction.
  while ((await eventRows(services).events.findOne({ unplaced: true }, { projection: { _id: 1 } })) !== null) {
    placed += await inTransaction(services.database, (session) => placeBatch(services, now, session));
  }
  return placed;
}

async function placeBatch(services: PlaceServices, now: Instant, session: ClientSession): Promise<number> {
  const { events, heads } = eventRows(services);
  const rows = await events
    .find({ unplaced: true }, { session, projection: { audienceKey: 1, aggregateId: 1, sequence: 1 } })
    .sort({ recordedAt: 1, _id: 1 })
    .limit(BATCH)
    .toArray();
  if (rows.length === 0) return 0;
  const head = await heads.findOneAndUpdate(
    { _id: LOG_HEAD },
    { $inc: { position: rows.length }, $max: { publishedAt: new Date(now) } },
    { session, upsert: true, returnDocument: 'after' },
  );
  if (head === null) throw new Error('An upsert answered no document.');
  const { position: last, publishedAt } = head;
  const placed = inLogOrder(rows).map((row, index) => ({ ...row, position: last - rows.length + 1 + index }));
  await events.bulkWrite(
    placed.map(({ _id, position }) => ({
      updateOne: {
        filter: { _id, unplaced: true },
        update: { $set: { position, publishedAt }, $unset: { unplaced: '' } },
      },
    })),
    { session },
  );
  await moveHeads(heads, placed, publishedAt, session);
  return rows.length;
}

/** Tells, audience by audience, how far there is something to read: fan-out looks only at those that moved. */
async function moveHeads(
  heads: Collection<EventHeadDocument>,
  placed: readonly { readonly audienceKey: string; readonly position: number }[],
  publishedAt: Date,
  session: ClientSession,
): Promise<void> {
  const lasts = new Map(placed.map(({ audienceKey, position }) => [audienceKey, position]));
  await heads.bulkWrite(
    [...lasts].map(([_id, position]) => ({
      updateOne: { filter: { _id }, update: { $set: { position, publishedAt } }, upsert: true },
    })),
    { session },
  );
}

/**
 * As recorded, but those of one aggregate by their sequence: the clocks of two processes may disagree about what came
 * first, the aggregate's own count does not.
 */
export function inLogOrder<T extends Pick<EventDocument, 'aggregateId' | 'sequence'>>(
  rows: readonly T[],
): readonly T[] {
  const waiting = new Map<string, T[]>();
  for (const row of rows) waiting.set(row.aggregateId, [...(waiting.get(row.aggregateId) ?? []), row]);
  for (const own of waiting.values()) own.sort((a, b) => a.sequence - b.sequence);
  return rows.flatMap(({ aggregateId }) => waiting.get(aggregateId)?.shift() ?? []);
}
