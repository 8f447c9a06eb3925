import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import type { Db, MongoClient } from 'mongodb';
import { connect } from '../connect.ts';
import type { Database } from '../connect.ts';
import { migrate } from '../migrate.ts';
import { testServerPort } from './test-server.ts';
import { TEST_REPLICA_SET } from './start-member.ts';

export interface TestDatabaseOptions {
  /** Whether to run the migrations first. Default true. */
  migrate?: boolean;
  poolSizeMax?: number;
}

/** The first start on a machine may have to fetch a mongod. */
const START_MS_MAX = 180_000;

const MIGRATION_CLOCK = { now: () => 0 };

/**
 * Gives the `describe` that calls it a database of its own, migrated, dropped afterwards. What it returns is a
 * `Database` that may be used inside hooks and tests only.
 */
export function useTestDatabase(options: TestDatabaseOptions = {}): Database {
  let opened: Database | undefined;
  const current = (): Database => {
    if (opened === undefined) throw new Error('useTestDatabase(): the database exists inside hooks and tests only.');
    return opened;
  };

  before('open a database', async function () {
    this.timeout(START_MS_MAX);
    const port = await testServerPort();
    const name = `t_${randomBytes(6).toString('hex')}`;
    const uri = `mongodb://127.0.0.1:${port}/${name}?replicaSet=${TEST_REPLICA_SET}`;
    opened = await connect({ uri, poolSizeMax: options.poolSizeMax ?? 16 });
    if (options.migrate !== false) await migrate(opened, { clock: MIGRATION_CLOCK });
  });

  after('drop the database', async () => {
    if (opened === undefined) return;
    await opened.db.dropDatabase();
    await opened.close();
    opened = undefined;
  });

  return {
    get connection(): Connection {
      return current().connection;
    },
    get client(): MongoClient {
      return current().client;
    },
    get db(): Db {
      return current().db;
    },
    get uri(): string {
      return current().uri;
    },
    close: () => current().close(),
  };
}
