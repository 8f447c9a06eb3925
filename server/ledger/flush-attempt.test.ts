import assert from 'node:assert/strict';
import type { ClientSession } from 'mongodb';
import { Refusal } from '../../programs/refusal.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { commitInTime } from './flush-attempt.ts';

interface Row {
  readonly _id: string;
}

describe('commitInTime', () => {
  const database = useTestDatabase();
  const rows = () => database.db.collection<Row>('rows');
  /** The next so many of these commands fail so. */
  const fail = (failCommands: readonly string[], times: number, data: object) =>
    database.client
      .db('admin')
      .command({ configureFailPoint: 'failCommand', mode: { times }, data: { failCommands, ...data } });

  before(() => database.db.createCollection('rows'));
  beforeEach(() => rows().deleteMany({}));
  afterEach(() => database.client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' }));

  function counted(_id: string) {
    const work = async (session: ClientSession) => {
      work.runs += 1;
      await rows().insertOne({ _id }, { session });
      return work.runs;
    };
    work.runs = 0;
    return work;
  }

  it('asks for the same commit again until it is answered, and never does the work twice after it', async () => {
    const work = counted('a');
    await fail(['commitTransaction'], 3, {
      writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
    });
    assert.equal(await commitInTime(database.client, work), 1);
    assert.equal(work.runs, 1);
    assert.equal(await rows().countDocuments(), 1);
  });

  it('tries a lost race again', async () => {
    const work = counted('a');
    await fail(['insert'], 3, { errorCode: 112, errorLabels: ['TransientTransactionError'] });
    assert.equal(await commitInTime(database.client, work), 4);
    assert.equal(await rows().countDocuments(), 1);
  });

  it('says that the outcome is open when no answer comes in time', async () => {
    const work = counted('a');
    await fail(['commitTransaction'], 1_000_000, {
      writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
    });
    await assert.rejects(commitInTime(database.client, work, 200), (error) => {
      assert.ok(error instanceof Refusal);
      assert.deepEqual([error.kind, error.code, error.retryAfterSeconds], ['unavailable', 'ledger_unavailable', 1]);
      assert.match(error.message, /may be committed/);
      return true;
    });
    assert.equal(work.runs, 1);
  });

  it('says that nothing was written when every race was lost', async () => {
    await fail(['insert'], 1_000_000, { errorCode: 112, errorLabels: ['TransientTransactionError'] });
    await assert.rejects(commitInTime(database.client, counted('a'), 200), /nothing was/);
    assert.equal(await rows().countDocuments(), 0);
  });

  it('ends though the work hangs', async () => {
    const hang = () => new Promise<never>(() => undefined);
    await assert.rejects(commitInTime(database.client, hang, 50), /did not answer/);
  });

  it('throws a duplicate key that comes a third time, and what is no trouble of the database at once', async () => {
    await rows().insertOne({ _id: 'a' });
    const work = counted('a');
    await assert.rejects(commitInTime(database.client, work), { code: 11000 });
    assert.equal(work.runs, 3);
    const bug = new Error('A bug.');
    await assert.rejects(
      commitInTime(database.client, async () => {
        throw bug;
      }),
      bug,
    );
  });
});
