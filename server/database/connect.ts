import mongoose from 'mongoose';
import type { Connection } from 'mongoose';
import type { Db, MongoClient } from 'mongodb';
import { DatabaseTrouble } from './database-trouble.ts';
import { explainConnectError } from './explain-connect-error.ts';
import { mendDriver } from './mend-driver.ts';

export interface ConnectOptions {
  uri: string;
  /** Most connections to the server at once. On a small machine more than 8 to 16 only slow it down. Default 10. */
  poolSizeMax?: number;
  /** How long an operation waits for a primary before it fails. Default 10 s. */
  serverSelectionMsMax?: number;
  /** Shown in the server's log and in `currentOp`. */
  appName?: string;
}

/** One connection to the database, seen as Mongoose's and as the driver's; both share one pool. */
export interface Database {
  readonly connection: Connection;
  readonly client: MongoClient;
  readonly db: Db;
  /** What was connected to, credentials included: never print it. */
  readonly uri: string;
  close(): Promise<void>;
}

const DATABASE_NAME_DEFAULT = 'parasol';

/**
 * Connects to a replica set. Every write of this connection is acknowledged by a majority and from its journal; an
 * unknown field in a filter is an error (with Mongoose's default the filter would match everything); collections and
 * indexes come from migrations only; 64-bit integers come back as numbers as far as these are exact, else as `Long`.
 * Throws `DatabaseTrouble`: `uri_invalid`, `unreachable`, `access_denied`, `not_a_replica_set`, `too_old`.
 */
export async function connect(options: ConnectOptions): Promise<Database> {
  const selectionMsMax = options.serverSelectionMsMax ?? 10_000;
  mendDriver();
  mongoose.set('strictQuery', 'throw');
  let connection: Connection;
  try {
    connection = mongoose.createConnection(options.uri, {
      dbName: databaseName(options.uri),
      appName: options.appName ?? 'parasol',
      autoIndex: false,
      autoCreate: false,
      maxPoolSize: options.poolSizeMax ?? 10,
      serverSelectionTimeoutMS: selectionMsMax,
      retryWrites: true,
      retryReads: true,
      writeConcern: { w: 'majority', j: true },
      readConcern: { level: 'majority' },
      readPreference: 'primary',
      promoteLongs: true,
      promoteValues: true,
      ignoreUndefined: true,
    });
    await connection.asPromise();
  } catch (error) {
    throw explainConnectError(error, options.uri, selectionMsMax);
  }
  const db = connection.db;
  if (db === undefined) throw new Error('Mongoose connected without a database.');
  const database: Database = {
    connection,
    client: connection.getClient(),
    db,
    uri: options.uri,
    close: () => connection.close(),
  };
  try {
    await assertUsable(db);
  } catch (error) {
    await database.close();
    throw error instanceof DatabaseTrouble ? error : explainConnectError(error, options.uri, selectionMsMax);
  }
  return database;
}

async function assertUsable(db: Db): Promise<void> {
  const hello = await db.admin().command({ hello: 1 });
  if (hello.setName === undefined && hello.msg !== 'isdbgrid') {
    throw new DatabaseTrouble(
      'not_a_replica_set',
      'The MongoDB behind MONGODB_URI is a single server, which has no transactions: start it with --replSet and run rs.initiate(), or leave MONGODB_URI out to use the embedded database.',
    );
  }
  // Wire version 17 is MongoDB 6.0.
  if (typeof hello.maxWireVersion === 'number' && hello.maxWireVersion < 17) {
    throw new DatabaseTrouble('too_old', 'The MongoDB behind MONGODB_URI is older than 6.0; use 6.0 or newer.');
  }
  // Connecting succeeds without credentials even where every command then fails.
  await db.command({ listCollections: 1, nameOnly: true, authorizedCollections: true });
}

/** The database that the URI names, else `parasol`: the driver's own default would be `test`. */
function databaseName(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]*)/.exec(uri)?.[1];
  return path === undefined || path === '' ? DATABASE_NAME_DEFAULT : decodeURIComponent(path);
}
