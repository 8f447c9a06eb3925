import assert from 'node:assert/strict';
import { MongoServerError } from 'mongodb';
import { useTestDatabase } from './testing/test-database.ts';
import { inTransaction } from './transaction.ts';

interface Counter {
  _id: string;
  n: number;
}

describe('inTransaction', () => {
  const database = useTestDatabase({ migrate: false });
  const counters = () => database.db.collection<Counter>('counters');

  before(async () => {
    await database.db.createCollection('counters');
  });

  it('returns what the work returns and keeps its writes', async () => {
    const result = await inTransaction(database, async (session) => {
      await counters().insertOne({ _id: 'a', n: 1 }, { session });
      return 'done';
    });
    assert.equal(result, 'done');
    assert.equal((await counters().findOne({ _id: 'a' }))?.n, 1);
  });

  it('leaves nothing behind when the work throws, and throws the same', async () => {
    const trouble = new Error('no');
    const run = inTransaction(database, async (session) => {
      await counters().insertOne({ _id: 'b', n: 1 }, { session });
      throw trouble;
    });
    await assert.rejects(run, (error) => error === trouble);
    assert.equal(await counters().countDocuments({ _id: 'b' }), 0);
  });

  it('hands on a duplicate key as the driver reports it', async () => {
    const run = inTransaction(database, (session) => counters().insertOne({ _id: 'a', n: 2 }, { session }));
    await assert.rejects(run, (error) => error instanceof MongoServerError && error.code === 11000);
  });

  it('loses no update when many read and write the same document', async () => {
    await counters().insertOne({ _id: 'hot', n: 0 });
    const increment = () =>
      inTransaction(database, async (session) => {
        const found = await counters().findOne({ _id: 'hot' }, { session });
        await counters().updateOne({ _id: 'hot' }, { $set: { n: (found?.n ?? 0) + 1 } }, { session });
      });
    await Promise.all(Array.from({ length: 10 }, increment));
    assert.equal((await counters().findOne({ _id: 'hot' }))?.n, 10);
  });
});
