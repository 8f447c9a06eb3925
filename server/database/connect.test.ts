import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { Long } from 'mongodb';
import { Schema } from 'mongoose';
import { connect } from './connect.ts';
import { DatabaseTrouble } from './database-trouble.ts';
import { findMongod } from './embedded/find-mongod.ts';
import { freePort, startMongod } from './embedded/mongod-process.ts';
import { makeScratchFolder } from './testing/scratch-folder.ts';
import { useTestDatabase } from './testing/test-database.ts';

const withCode = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DatabaseTrouble, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  assert.doesNotMatch(error.message, /secret/);
  return true;
};

describe('connect', () => {
  const database = useTestDatabase({ migrate: false });

  it('asks for a majority and the journal with every write', async () => {
    const watched = await connect({ uri: database.uri });
    try {
      assert.deepEqual({ ...watched.db.writeConcern }, { w: 'majority', j: true, journal: true });
      assert.equal(watched.db.readConcern?.level, 'majority');
    } finally {
      await watched.close();
    }
  });

  it('refuses a filter with a field that the schema does not know', async () => {
    const things = database.connection.model('Thing', new Schema({ name: String }), 'things');
    const filter: Record<string, unknown> = { nmae: 'x' };
    await assert.rejects(async () => things.find(filter).lean(), /nmae/);
  });

  it('makes no collection and no index by itself', async () => {
    const schema = new Schema({ name: { type: String, index: true } });
    await database.connection.model('Other', schema, 'others').init();
    assert.deepEqual(await database.db.listCollections({ name: 'others' }).toArray(), []);
  });

  it('reads 64-bit integers as numbers as far as these are exact', async () => {
    const items = database.db.collection('longs');
    await items.insertOne({ small: Long.fromNumber(5), huge: Long.MAX_VALUE });
    const found = await items.findOne();
    assert.equal(found?.small, 5);
    assert.ok(found?.huge instanceof Long);
  });

  it('says in one sentence that nothing answers there', async () => {
    const port = await freePort();
    const uri = `mongodb://me:secret@127.0.0.1:${port}/x?replicaSet=rs`;
    const expected = withCode('unreachable', new RegExp(`^The database at 127\\.0\\.0\\.1:${port} cannot be reached`));
    await assert.rejects(connect({ uri, serverSelectionMsMax: 300 }), expected);
  });

  it('says so too when something listens that does not speak', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const uri = `mongodb://127.0.0.1:${port}/x?replicaSet=rs`;
    await assert.rejects(connect({ uri, serverSelectionMsMax: 300 }), withCode('unreachable', /127\.0\.0\.1/));
    server.close();
  });

  for (const uri of ['http://secret@example.org', 'mongodb://', 'mongodb://127.0.0.1/?nonsense=1']) {
    it(`says that it cannot read ${uri}`, async () => {
      await assert.rejects(
        connect({ uri, serverSelectionMsMax: 300 }),
        withCode('uri_invalid', /MONGODB_URI cannot be read/),
      );
    });
  }

  it('refuses credentials that the server does not know', async () => {
    const uri = database.uri.replace('mongodb://', 'mongodb://me:secret@');
    await assert.rejects(connect({ uri }), withCode('access_denied', /refuses access/));
  });

  it('refuses a single server that is no replica set', async () => {
    const scratch = makeScratchFolder();
    const { binary } = await findMongod();
    const mongod = await startMongod({ binary, folder: scratch.path, port: await freePort() });
    scratch.record(mongod.identity);
    try {
      const uri = `mongodb://127.0.0.1:${mongod.port}/`;
      await assert.rejects(connect({ uri }), withCode('not_a_replica_set', /is a single server/));
    } finally {
      await mongod.kill();
      scratch.clear();
    }
  });
});
