import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { DatabaseTrouble } from '../database-trouble.ts';
import { isPortTaken } from './explain-mongod-exit.ts';
import { writeState } from './embedded-state.ts';
import { freePort, startMongod } from './mongod-process.ts';
import type { MongodProcess } from './mongod-process.ts';
import { fullDisk } from './prepare-folder.ts';
import { ensureReplicaSet } from './replica-set.ts';
import type { EmbeddedSecrets } from './secrets.ts';

export const REPLICA_SET = 'parasol';
export const DATABASE_USER = 'parasol';

/** What the program may do there: data and indexes everywhere, and look at the server's health. */
const ROLES = ['readWriteAnyDatabase', 'dbAdminAnyDatabase', 'clusterMonitor'] as const;

const PORT_TRIES = 5;

export interface LaunchOptions {
  binary: string;
  folder: string;
  secrets: EmbeddedSecrets;
  /** The port of the last run, preferred: the replica set knows its member by it. */
  port?: number;
}

/** Starts the mongod of a folder and makes it a replica set of one with our user. Call it under the start lock. */
export async function launchEmbedded(options: LaunchOptions): Promise<MongodProcess> {
  const { folder, secrets } = options;
  const mongod = await startOnSomePort(options);
  try {
    await ensureReplicaSet({
      name: REPLICA_SET,
      ports: [mongod.port],
      directUri: (port) => systemUri(secrets, port),
    });
    await ensureUser(secrets, mongod.port);
    return mongod;
  } catch (error) {
    const ended = !mongod.isRunning();
    await mongod.kill();
    if (ended) throw await mongod.explain();
    if (error instanceof Error && error.message.includes('No space left on device')) throw fullDisk(folder);
    throw new DatabaseTrouble(
      'mongod_did_not_start',
      `The embedded database could not be made ready (${error instanceof Error ? error.message : String(error)}); its log is ${join(folder, 'mongod.log')}.`,
      { cause: error },
    );
  }
}

/** True when the mongod on the port opens to the password of this folder, so is this folder's database. */
export async function answersTo(secrets: EmbeddedSecrets, port: number): Promise<boolean> {
  const client = new MongoClient(`mongodb://${DATABASE_USER}:${secrets.password}@127.0.0.1:${port}/?authSource=admin`, {
    directConnection: true,
    serverSelectionTimeoutMS: 1_000,
    connectTimeoutMS: 1_000,
    socketTimeoutMS: 2_000,
  });
  try {
    const hello = await client.db('admin').command({ hello: 1 });
    // A ping needs no rights; this needs ours.
    await client.db('admin').command({ replSetGetStatus: 1 });
    return hello.isWritablePrimary === true && hello.setName === REPLICA_SET;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

async function startOnSomePort({ binary, folder, secrets, port }: LaunchOptions): Promise<MongodProcess> {
  const { keyFile } = secrets;
  for (let tries = 1; ; tries += 1) {
    const candidate = tries === 1 && port !== undefined ? port : await freePort();
    try {
      return await startMongod({
        ...{ binary, folder, port: candidate, replicaSet: REPLICA_SET, keyFile },
        // At once, so that a mongod whose starter is killed in this moment can be found.
        onSpawned: (mongod) => writeState(folder, { port: candidate, mongod }),
      });
    } catch (error) {
      const log = await readFile(join(folder, 'mongod.log'), 'utf8').catch(() => '');
      if (tries === PORT_TRIES || !isPortTaken(log)) throw error;
    }
  }
}

async function ensureUser(secrets: EmbeddedSecrets, port: number): Promise<void> {
  const client = new MongoClient(systemUri(secrets, port), { directConnection: true });
  try {
    const admin = client.db('admin');
    const { users } = await admin.command({ usersInfo: DATABASE_USER });
    const exists = Array.isArray(users) && users.length > 0;
    const command = exists ? { updateUser: DATABASE_USER } : { createUser: DATABASE_USER };
    // Always set, for the password file may have been lost and made anew.
    await admin.command({
      ...command,
      pwd: secrets.password,
      roles: [...ROLES],
      writeConcern: { w: 'majority', j: true },
    });
  } finally {
    await client.close();
  }
}

/** The server's internal user: its password is the key file, so nobody is let in without one, not even at first. */
function systemUri(secrets: EmbeddedSecrets, port: number): string {
  return `mongodb://__system:${encodeURIComponent(secrets.key)}@127.0.0.1:${port}/?authSource=local&authMechanism=SCRAM-SHA-256`;
}
