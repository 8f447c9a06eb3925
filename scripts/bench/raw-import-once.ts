import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { MongoClient, type Document } from 'mongodb';

const MINUTE_MS = 60_000;
const INSERT_EVENTS = 500;
const IN_FLIGHT = 4;

/**
 * The rival of the import: csv-parse and raw inserts of two event documents a row, made after a stored one, into an event
 * collection of its own with the same indexes. Prints the seconds it took and this process's peak memory.
 */
const [file = '', name = ''] = process.argv.slice(2);
const client = new MongoClient(process.env.MONGODB_URI ?? '', {
  promoteLongs: false,
  writeConcern: { w: 'majority', journal: true },
});
const db = client.db();
const template = await db.collection('shift_events').findOne<Document>({ 'decision.outcome': 'covered' });
if (!template) throw new Error('The import stored no covered event.');
const collection = await db.createCollection(name);
for (const { key, ...options } of await db.collection('shift_events').indexes()) {
  if (options.name !== '_id_') await collection.createIndex(key, options);
}

const startedMs = performance.now();
const writing: Promise<unknown>[] = [];
let batch: Document[] = [];
const parsed: AsyncIterable<Readonly<Record<string, string>>> = createReadStream(file).pipe(
  parse({ columns: true, trim: true }),
);
for await (const { ID, Delivery_person_ID, Order_Date = '', Time_Orderd } of parsed) {
  const [day, month, year] = Order_Date.split('-');
  const at = Date.parse(`${year}-${month}-${day}T${Time_Orderd}+05:30`);
  const shared = { ...template, workerId: `wrk_${Delivery_person_ID}`, externalId: Delivery_person_ID, shiftId: ID };
  batch.push(
    { ...shared, _id: `${name}/${ID}`, eventId: ID, time: new Date(at) },
    {
      ...shared,
      _id: `${name}/${ID}-end`,
      eventId: `${ID}-end`,
      type: 'shift.ended',
      time: new Date(at + 45 * MINUTE_MS),
    },
  );
  if (batch.length < INSERT_EVENTS) continue;
  writing.push(collection.insertMany(batch, { ordered: false }));
  batch = [];
  if (writing.length >= IN_FLIGHT) await writing.shift();
}
if (batch.length > 0) writing.push(collection.insertMany(batch, { ordered: false }));
await Promise.all(writing);
const seconds = (performance.now() - startedMs) / 1000;
process.stdout.write(`${JSON.stringify({ seconds, rssKb: process.resourceUsage().maxRSS })}\n`);
await client.close();
