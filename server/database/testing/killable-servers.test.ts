import assert from 'node:assert/strict';
import { connect } from '../connect.ts';
import { waitUntil } from '../embedded/wait-until.ts';
import { startKillableMongod } from './killable-mongod.ts';
import { startThreeMemberSet } from './three-member-set.ts';

interface Thing {
  _id: number;
}

describe('servers that tests may kill', function () {
  this.timeout(90_000);

  it('keeps what was acknowledged when the only server is killed and restarted', async () => {
    const server = await startKillableMongod();
    try {
      const database = await connect({ uri: server.uri('things') });
      const things = database.db.collection<Thing>('things');
      await things.insertOne({ _id: 1 });
      const before = server.pid();
      await server.kill();
      await server.restart();
      assert.notEqual(server.pid(), before);
      await things.insertOne({ _id: 2 });
      assert.equal(await things.countDocuments(), 2);
      await database.close();
    } finally {
      await server.stop();
    }
  });

  it('elects another primary when one of three is killed, and takes the killed one back', async () => {
    const set = await startThreeMemberSet();
    try {
      const database = await connect({ uri: set.uri('things'), serverSelectionMsMax: 30_000 });
      const things = database.db.collection<Thing>('things');
      await things.insertOne({ _id: 1 });
      const killed = await set.killPrimary();
      assert.notEqual(await set.primary(), killed);
      const written = await waitUntil(30_000, () =>
        things.updateOne({ _id: 2 }, { $set: {} }, { upsert: true }).then(
          () => true,
          () => undefined,
        ),
      );
      assert.equal(written, true);
      await set.restart(killed);
      assert.equal(await things.countDocuments(), 2);
      await database.close();
    } finally {
      await set.stop();
    }
  });
});
