import { MongoClient, type Collection, type Document } from 'mongodb';
import { nextSerial, type StoredEvent } from './events.ts';
import { closedLoop } from './lean-client.ts';

/** The raw driver on the same server, with the same write concern and the same indexes: no HTTP, no rules, no covers. */
export interface Rival {
  readonly events: Collection<Document>;
  readonly poolSize: number;
  /** An event document like ours, of a worker nobody has seen. */
  fresh(): Document;
  /** Events per second of an `insertOne` loop, 64 in flight. */
  insertOnes(count: number): Promise<number>;
  close(): Promise<void>;
}

const POOLS = [8, 16, 32, 64];
const IN_FLIGHT = 64;
const CALIBRATION_EVENTS = 2_000;

/** Tries the pool sizes and keeps the best (M11). `template` is one of our own stored events, with BSON longs. */
export async function openRival(uri: string, template: StoredEvent, log: (line: string) => void): Promise<Rival> {
  let best: { client: MongoClient; poolSize: number; perSecond: number } | undefined;
  for (const poolSize of POOLS) {
    const client = new MongoClient(uri, {
      maxPoolSize: poolSize,
      writeConcern: { w: 'majority', journal: true },
      promoteLongs: false,
    });
    await client.connect();
    const events = await rivalEvents(client);
    await insertOnes(events, template, CALIBRATION_EVENTS / 4);
    const perSecond = await insertOnes(events, template, CALIBRATION_EVENTS);
    log(`  rival with ${poolSize} connections: ${perSecond.toFixed(0)} insertOne/s`);
    if (best === undefined || perSecond > best.perSecond) {
      await best?.client.close();
      best = { client, poolSize, perSecond };
    } else {
      await client.close();
    }
  }
  if (best === undefined) throw new Error('There is no pool size to try.');
  const { client, poolSize } = best;
  const events = await rivalEvents(client);
  return {
    events,
    poolSize,
    fresh: () => freshDocument(template),
    insertOnes: (count) => insertOnes(events, template, count),
    close: () => client.close(),
  };
}

async function rivalEvents(client: MongoClient): Promise<Collection<Document>> {
  const db = client.db();
  const events = db.collection('rival_events');
  if ((await db.listCollections({ name: 'rival_events' }).toArray()).length > 0) return events;
  const [ours] = await db.listCollections({ name: 'shift_events' }).toArray();
  await db.createCollection('rival_events', ours && 'options' in ours ? ours.options : {});
  for (const { key, ...options } of await db.collection('shift_events').indexes()) {
    if (options.name !== '_id_') await events.createIndex(key, options);
  }
  return events;
}

async function insertOnes(events: Collection<Document>, template: StoredEvent, count: number): Promise<number> {
  const documents = Array.from({ length: count }, () => freshDocument(template));
  const { perSecond } = await closedLoop(IN_FLIGHT, count, async (index) => {
    const document = documents[index];
    if (document) await events.insertOne(document);
  });
  return perSecond;
}

function freshDocument(template: StoredEvent): Document {
  const id = nextSerial();
  const workerId = `wrk_${id.padEnd(26, '0')}`;
  return {
    ...template,
    _id: `${template.platformId}/rival/${id}`,
    eventId: `e-${id}`,
    workerId,
    externalId: `w-${id}`,
    shiftId: `s-${id}`,
    decision: { ...template.decision, cover: { ...template.decision.cover, workerId } },
  };
}
