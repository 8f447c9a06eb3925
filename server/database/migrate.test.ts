import assert from 'node:assert/strict';
import { DatabaseTrouble } from './database-trouble.ts';
import { migrate, pendingMigrations } from './migrate.ts';
import type { Migration } from './migrate.ts';
import { useTestDatabase } from './testing/test-database.ts';

const clock = { now: () => 1_767_225_600_000 };

describe('migrate', () => {
  const database = useTestDatabase({ migrate: false });
  let runs: string[] = [];

  const step = (id: string, work: () => Promise<void> = async () => undefined): Migration => ({
    id,
    async up() {
      runs.push(id);
      await work();
    },
  });

  beforeEach(async () => {
    runs = [];
    await database.db.dropDatabase();
  });

  it('applies what is pending, in order, once', async () => {
    const first = [step('0001-a'), step('0002-b')];
    assert.deepEqual(await migrate(database, { clock, migrations: first }), ['0001-a', '0002-b']);
    const more = [...first, step('0003-c')];
    assert.deepEqual(await pendingMigrations(database, more), ['0003-c']);
    assert.deepEqual(await migrate(database, { clock, migrations: more }), ['0003-c']);
    assert.deepEqual(runs, ['0001-a', '0002-b', '0003-c']);
  });

  it('lets one of several processes work while the others wait for it', async () => {
    const list = [step('0001-a', () => new Promise((resolve) => setImmediate(resolve))), step('0002-b')];
    const results = await Promise.all(Array.from({ length: 5 }, () => migrate(database, { clock, migrations: list })));
    assert.deepEqual(runs, ['0001-a', '0002-b']);
    assert.deepEqual(results.flat().sort(), ['0001-a', '0002-b']);
  });

  it('waits for a lease that runs, and takes over one that has run out', async () => {
    const leases = database.db.collection<{ _id: string; holder: string; expiresAt: Date }>('leases');
    await leases.insertOne({ _id: 'migrate', holder: 'dead', expiresAt: new Date(clock.now() + 1) });
    const held = migrate(database, { clock, migrations: [step('0001-a')], waitMsMax: 1 });
    await assert.rejects(held, (error) => error instanceof DatabaseTrouble && error.code === 'migration_failed');
    const later = { now: () => clock.now() + 1 };
    assert.deepEqual(await migrate(database, { clock: later, migrations: [step('0001-a')] }), ['0001-a']);
    assert.equal(await leases.countDocuments(), 0);
  });

  it('names the migration that failed, keeps those before it, and can be run again', async () => {
    const broken = [step('0001-a'), step('0002-b', () => Promise.reject(new Error('no such field')))];
    await assert.rejects(migrate(database, { clock, migrations: broken }), /Migration 0002-b failed: no such field\./);
    assert.deepEqual(await pendingMigrations(database, broken), ['0002-b']);
    assert.deepEqual(await migrate(database, { clock, migrations: [step('0001-a'), step('0002-b')] }), ['0002-b']);
  });

  it('refuses a list out of order', async () => {
    await assert.rejects(migrate(database, { clock, migrations: [step('0002-b'), step('0001-a')] }), /out of order/);
  });
});
