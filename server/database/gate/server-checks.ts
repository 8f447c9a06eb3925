import { Decimal128, Double, Int32, Long } from 'mongodb';
import type { Document } from 'mongodb';
import { waitUntil } from '../embedded/wait-until.ts';
import { CheckSkipped, expectThat } from './gate-check.ts';
import type { GateCheck, GateContext } from './gate-check.ts';

const TTL_MS_MAX = 150_000;
const TTL_QUICK_SECONDS = 5;
const CHANGE_MS_MAX = 10_000;

async function numberTypes({ emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<Document>('types');
  await items.insertOne({
    int: new Int32(5),
    long: Long.fromNumber(5),
    huge: Long.MAX_VALUE,
    double: new Double(5),
    decimal: Decimal128.fromString('5'),
  });
  await items.updateMany({}, { $inc: { long: new Int32(1), huge: new Int32(0) } });
  const fields = ['int', 'long', 'huge', 'double', 'decimal'];
  const types = Object.fromEntries(fields.map((field) => [field, { $type: `$${field}` }]));
  const [row] = await items.aggregate<Document>([{ $project: { _id: 0, ...types } }]).toArray();
  const seen = fields.map((field) => `${field}:${String(row?.[field])}`).join(' ');
  expectThat(seen === 'int:int long:long huge:long double:double decimal:decimal', `Types changed: ${seen}.`);
  const [stored] = await items.find({}, { promoteLongs: false }).toArray();
  const huge: unknown = stored?.huge;
  expectThat(huge instanceof Long && huge.equals(Long.MAX_VALUE), 'A 64-bit integer came back as another number.');
  return 'int, long, double and decimal keep their type, also after $inc';
}

async function timeToLive({ database, emptyCollection, quick }: GateContext): Promise<string> {
  if (quick) {
    const sleep = await ttlSleepSeconds(database.db.admin());
    if (sleep === undefined || sleep > TTL_QUICK_SECONDS) {
      throw new CheckSkipped('this server looks for expired documents once a minute: run the whole gate');
    }
  }
  const items = await emptyCollection<{ _id: number; expiresAt: Date }>('ttl');
  await items.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  await items.insertMany([
    { _id: 1, expiresAt: new Date(0) },
    { _id: 2, expiresAt: new Date('9000-01-01T00:00:00Z') },
  ]);
  const gone = await waitUntil(
    TTL_MS_MAX,
    async () => ((await items.countDocuments({ _id: 1 })) === 0 ? true : undefined),
    250,
  );
  expectThat(gone === true, `An expired document was still there after ${TTL_MS_MAX / 1_000} s.`);
  expectThat((await items.countDocuments({ _id: 2 })) === 1, 'A document that had not expired was deleted.');
  return 'an expired document went, another stayed';
}

async function ttlSleepSeconds(admin: { command(command: Document): Promise<Document> }): Promise<number | undefined> {
  try {
    const { ttlMonitorSleepSecs } = await admin.command({ getParameter: 1, ttlMonitorSleepSecs: 1 });
    return typeof ttlMonitorSleepSecs === 'number' ? ttlMonitorSleepSecs : undefined;
  } catch {
    // The user may not ask; then assume the default of a minute.
    return undefined;
  }
}

async function changeStream({ emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<{ _id: number }>('changes');
  const stream = items.watch([], { maxAwaitTimeMS: 200 });
  try {
    // The first look opens the cursor: only what comes after it is reported.
    await stream.tryNext();
    await items.insertOne({ _id: 1 });
    await items.deleteOne({ _id: 1 });
    const seen: string[] = [];
    await waitUntil(CHANGE_MS_MAX, async () => {
      const change = await stream.tryNext();
      if (change !== null) seen.push(change.operationType);
      return seen.length === 2 ? true : undefined;
    });
    expectThat(
      seen.join() === 'insert,delete',
      `The change stream reported "${seen.join()}" for an insert and a delete.`,
    );
    return 'an insert and a delete were reported in order';
  } finally {
    await stream.close();
  }
}

/** What a server offers besides reads and writes. */
export const serverChecks: readonly GateCheck[] = [
  { name: 'number-types', run: numberTypes },
  { name: 'ttl', run: timeToLive },
  { name: 'change-stream', run: changeStream },
];
