import type { Document } from 'mongodb';
import { deterministicId } from '../../server/database/ids.ts';
import { coverId } from '../../programs/cover/cover-id.ts';
import type { BenchDatabase } from './bench-world.ts';
import type { StoredEvent } from './events.ts';

const CHUNK = 2_000;
const WORKERS_PER_DAY = 10_000;
const DAY_MS = 86_400_000;
/** Stored days lie this far back, so that fresh events never meet them. */
const FIRST_DAYS_BACK = 300;

/** The `index`-th stored worker-day: which worker, on which day. */
export function storedDay(database: BenchDatabase, index: number, nowMs: number) {
  const externalId = `stored-${index % WORKERS_PER_DAY}`;
  const dayMs = Math.floor(nowMs / DAY_MS) * DAY_MS - (FIRST_DAYS_BACK - Math.floor(index / WORKERS_PER_DAY)) * DAY_MS;
  return {
    externalId,
    workerId: deterministicId('wrk', database.tenant.platformId, externalId),
    day: new Date(dayMs).toISOString().slice(0, 10),
    /** 10:00 in Shanghai. */
    startedMs: dayMs + 2 * 3_600_000,
  };
}

/**
 * Fills the database with `covers` covers and a start and an end for each, as the API would have stored them (made from
 * one of its own events), by raw inserts.
 */
export async function fill(
  database: BenchDatabase,
  covers: number,
  nowMs: number,
  log: (line: string) => void,
): Promise<void> {
  const { db } = database.services.database;
  const template = await db
    .collection('shift_events')
    .findOne<StoredEvent>({ 'decision.outcome': 'covered' }, { promoteLongs: false });
  const coverTemplate = await db.collection('covers').findOne<Readonly<Record<string, unknown>>>({});
  if (!template || !coverTemplate) throw new Error('Send one event first: the stored ones are made after it.');
  for (let from = 0; from < covers; from += CHUNK) {
    const events: Document[] = [];
    const coverDocuments: Document[] = [];
    const workers: Document[] = [];
    for (let index = from; index < Math.min(covers, from + CHUNK); index++) {
      const { workerId, externalId, day, startedMs } = storedDay(database, index, nowMs);
      const key = { productDay: day, workerId, policyId: database.tenant.policyId };
      const id = coverId(key);
      const cover = { ...template.decision.cover, ...key, coverId: id, effectiveAt: new Date(startedMs) };
      const shared = { ...template, workerId, externalId, shiftId: `stored-${index}` };
      const startId = `${database.tenant.platformId}/stored/${index}`;
      events.push(
        {
          ...shared,
          _id: startId,
          eventId: `${index}`,
          time: new Date(startedMs),
          receivedAt: new Date(startedMs + 1_000),
          decision: { ...template.decision, cover },
        },
        {
          ...shared,
          _id: `${startId}-end`,
          eventId: `${index}-end`,
          type: 'shift.ended',
          time: new Date(startedMs + 4 * 3_600_000),
          receivedAt: new Date(startedMs + 4 * 3_600_000 + 1_000),
          decision: { outcome: 'ended', reasons: [], flags: [], cover },
        },
      );
      coverDocuments.push({
        ...coverTemplate,
        ...key,
        _id: id,
        openedBy: startId,
        openedAt: new Date(startedMs + 1_000),
      });
      if (index < WORKERS_PER_DAY) {
        const at = new Date(startedMs);
        workers.push({
          _id: workerId,
          platformId: database.tenant.platformId,
          externalId,
          registeredAt: at,
          registeredBy: 'event',
          updatedAt: at,
          version: 1,
        });
      }
    }
    const unordered = { ordered: false } as const;
    await Promise.all([insert(events, 'shift_events'), insert(coverDocuments, 'covers'), insert(workers, 'workers')]);
    if (from % 100_000 === 0) log(`  filling ${database.name}: ${from}/${covers} covers`);

    async function insert(documents: Document[], name: string): Promise<void> {
      if (documents.length > 0) await db.collection<Document>(name).insertMany(documents, unordered);
    }
  }
}
