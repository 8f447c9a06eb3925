import assert from 'node:assert/strict';
import { useTestDatabase } from './test-database.ts';

describe('useTestDatabase', () => {
  const database = useTestDatabase();
  let firstName = '';

  it('gives a database that can be written to and read from', async () => {
    firstName = database.db.databaseName;
    await database.db.collection('things').insertOne({ n: 1 });
    assert.equal(await database.db.collection('things').countDocuments(), 1);
  });

  it('keeps the database for the whole describe', async () => {
    assert.equal(await database.db.collection('things').countDocuments(), 1);
  });

  describe('in another describe', () => {
    const other = useTestDatabase();

    it('gives another database', async () => {
      assert.notEqual(other.db.databaseName, firstName);
      assert.equal(await other.db.collection('things').countDocuments(), 0);
    });
  });
});
