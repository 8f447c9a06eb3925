import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'mongodb';
import type { Document } from 'mongodb';
import { backup } from './backup.ts';
import { DatabaseTrouble } from './database-trouble.ts';
import { restore } from './restore.ts';
import { inTransaction } from './transaction.ts';
import { useTestDatabase } from './testing/test-database.ts';

const now = Date.UTC(2026, 0, 1);

const withCode = (code: string) => (error: unknown) => error instanceof DatabaseTrouble && error.code === code;

describe('backup and restore', () => {
  const source = useTestDatabase({ migrate: false });
  const target = useTestDatabase({ migrate: false });
  let folder = '';

  before(async () => {
    const things = await source.db.createCollection<Document>('things', {
      validator: { $jsonSchema: { bsonType: 'object', required: ['long'] } },
    });
    await things.createIndex({ b: -1, a: 1 }, { unique: true, partialFilterExpression: { a: { $exists: true } } });
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 1_000_000_000 });
    await things.insertMany([
      {
        ...{
          int: new Int32(1),
          long: Long.fromNumber(1),
          huge: Long.MAX_VALUE,
          double: new Double(1),
          nan: Number.NaN,
        },
        ...{ decimal: Decimal128.fromString('0.10'), at: new Date(now), id: new ObjectId(), nothing: null },
        ...{
          bytes: new Binary(Buffer.from([0, 255])),
          stamp: new Timestamp({ t: 1, i: 2 }),
          list: [Long.ONE, { deep: Long.ZERO }],
        },
        ...{ pattern: /a+/i, zero: new Double(-0), 'dotted.name': 'x', text: '二\n"' },
      },
      { long: Long.fromNumber(2), a: 1, b: 2 },
    ]);
    const many = Array.from({ length: 1_234 }, (_, n) => ({ n }));
    await source.db.collection('many').insertMany(many);
    await source.db.createCollection('empty');
  });

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'parasol-backup-')), 'taken');
    await target.db.dropDatabase();
  });

  afterEach(async () => {
    await rm(join(folder, '..'), { recursive: true });
  });

  const rawDocuments = async (database: typeof source, name: string): Promise<string[]> => {
    const found = await database.db
      .collection(name)
      .find({}, { raw: true, sort: { _id: 1 } })
      .toArray();
    return found.map((document) => Buffer.from(Object.values(document).map(Number)).toString('base64'));
  };

  it('brings every document back byte for byte, with indexes and validators', async () => {
    const manifest = await backup(source, folder, { now });
    assert.deepEqual(
      manifest.collections.map(({ name, documents }) => [name, documents]),
      [
        ['empty', 0],
        ['many', 1_234],
        ['things', 2],
      ],
    );
    await restore(target, folder);
    for (const { name } of manifest.collections) {
      assert.deepEqual(await rawDocuments(target, name), await rawDocuments(source, name), name);
      const [before, after] = await Promise.all([source, target].map(({ db }) => db.collection(name).indexes()));
      assert.deepEqual(after, before, name);
    }
    await assert.rejects(target.db.collection('things').insertOne({ a: 9 }), /failed validation/);
  });

  it('shows one moment of all collections while others write', async () => {
    await source.db.createCollection('left');
    await source.db.createCollection('right');
    let done = false;
    const write = async (): Promise<void> => {
      while (!done) {
        await inTransaction(source, async (session) => {
          await source.db.collection('left').insertOne({}, { session });
          await source.db.collection('right').insertOne({}, { session });
        });
      }
    };
    const writing = write();
    const manifest = await backup(source, folder, { now }).finally(() => (done = true));
    await writing;
    const count = (name: string) => manifest.collections.find((each) => each.name === name)?.documents;
    assert.equal(count('left'), count('right'));
    assert.equal(manifest.takenAt, '2026-01-01T00:00:00.000Z');
  });

  it('refuses a folder that is not empty', async () => {
    await backup(source, folder, { now });
    await assert.rejects(backup(source, folder, { now }), withCode('backup_refused'));
  });

  it('refuses to restore into a database that holds anything', async () => {
    await backup(source, folder, { now });
    await target.db.createCollection('something');
    await assert.rejects(restore(target, folder), withCode('restore_refused'));
  });

  it('finds a damaged file before it writes anything', async () => {
    await backup(source, folder, { now });
    await appendFile(join(folder, 'things.jsonl.gz'), 'x');
    await assert.rejects(restore(target, folder), withCode('backup_damaged'));
    assert.deepEqual(await target.db.listCollections().toArray(), []);
  });

  it('refuses a folder without a manifest', async () => {
    await assert.rejects(restore(target, folder), withCode('backup_damaged'));
  });
});
