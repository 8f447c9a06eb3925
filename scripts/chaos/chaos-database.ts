import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { findMongod } from '../../server/database/embedded/find-mongod.ts';
import { startMongod } from '../../server/database/embedded/mongod-process.ts';
import type { MongodOptions, MongodProcess } from '../../server/database/embedded/mongod-process.ts';
import { ensureReplicaSet } from '../../server/database/embedded/replica-set.ts';
import { waitUntil } from '../../server/database/embedded/wait-until.ts';
import type { ScratchFolder } from '../../server/database/testing/scratch-folder.ts';
import { steadyPort } from './steady-port.ts';
import {
  DATABASE,
  MONITOR_CONFIGURATION,
  takeWriteFindings,
  releaseCanary,
  type WriteFindings,
} from './write-monitor.ts';

const SET = 'chaos';
const RECOVERY_MS_MAX = 60_000;

/** A replica set of one, or of three with real elections, whose primary can be killed; every write to it is watched. */
export interface ChaosDatabase {
  readonly uri: string;
  /** `kill -9` on the member that takes writes; returns its number when it is gone. */
  killPrimary(): Promise<number>;
  /** Starts a killed member on its port and data; returns when it follows or leads. */
  restart(member: number): Promise<void>;
  /** Waits for a member that takes writes; answers the term it was elected in: each election raises it. */
  term(): Promise<number>;
  /** Ends all members by force; what the monitor saw of every one of them. */
  stop(): Promise<WriteFindings>;
}

/** Starts the members one after the other, waits for a primary, and lets the canary out. */
export async function startChaosDatabase(
  scratch: ScratchFolder,
  name: string,
  size: 1 | 3,
  parameters: NonNullable<MongodOptions['parameters']> = {},
): Promise<ChaosDatabase> {
  const { binary } = await findMongod();
  const folders = Array.from({ length: size }, (_, index) => join(scratch.path, `${name}-${index}`));
  const folderAt = (index: number): string => {
    const folder = folders[index];
    if (folder === undefined) throw new Error(`There is no member ${index}.`);
    return folder;
  };
  const start = async (index: number, port: number): Promise<MongodProcess> => {
    const folder = folderAt(index);
    mkdirSync(folder, { recursive: true });
    const configFile = join(folder, 'mongod.yaml');
    writeFileSync(configFile, MONITOR_CONFIGURATION);
    return startMongod({
      ...{ binary, folder, port, configFile, replicaSet: SET, cacheGb: 0.25, parameters },
      onSpawned: (identity) => scratch.record(identity),
    });
  };
  const members: MongodProcess[] = [];
  const seen: WriteFindings[] = [];
  const stop = async (): Promise<WriteFindings> => {
    await Promise.all(members.map((member) => member.kill()));
    for (const folder of folders) seen.push(await takeWriteFindings(folder));
    return {
      canaries: seen.reduce((sum, { canaries }) => sum + canaries, 0),
      careless: seen.flatMap(({ careless }) => careless),
    };
  };
  try {
    for (let index = 0; index < size; index++) members.push(await start(index, await steadyPort()));
    await ensureReplicaSet({
      name: SET,
      ports: members.map(({ port }) => port),
      directUri: (port) => `mongodb://127.0.0.1:${port}/`,
      electionTimeoutMillis: 2_000,
    });
  } catch (error) {
    await stop();
    throw error;
  }

  const memberAt = (index: number): MongodProcess => {
    const member = members[index];
    if (member === undefined) throw new Error(`There is no member ${index}.`);
    return member;
  };
  const primary = async (): Promise<{ index: number; term: number }> => {
    const found = await waitUntil(
      RECOVERY_MS_MAX,
      async () => {
        const views = await Promise.all(members.map(viewOf));
        const index = views.findIndex((view) => view?.role === 'primary');
        return index === -1 ? undefined : { index, term: views[index]?.term ?? 0 };
      },
      100,
    );
    if (found === undefined) throw new Error('There was no primary within a minute.');
    return found;
  };
  const uri = `mongodb://${members.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${DATABASE}?replicaSet=${SET}`;
  await primary();
  const client = new MongoClient(uri);
  await releaseCanary(client).finally(() => client.close());

  return {
    uri,
    stop,
    async killPrimary() {
      const { index } = await primary();
      await memberAt(index).kill();
      return index;
    },
    async restart(index) {
      // Now, since a mongod that is started often enough rotates its log away.
      seen.push(await takeWriteFindings(folderAt(index)));
      members[index] = await start(index, memberAt(index).port);
      const back = await waitUntil(RECOVERY_MS_MAX, () => viewOf(memberAt(index)), 50);
      if (back === undefined) throw new Error(`Member ${index} did not come back within a minute.`);
    },
    term: async () => (await primary()).term,
  };
}

interface View {
  readonly role: 'primary' | 'secondary';
  readonly term: number;
}

/** What a member says of itself; `undefined` while it is down, recovering or between two roles. */
async function viewOf(member: MongodProcess): Promise<View | undefined> {
  if (!member.isRunning()) return undefined;
  const client = new MongoClient(`mongodb://127.0.0.1:${member.port}/`, {
    ...{ directConnection: true, serverSelectionTimeoutMS: 1_000, socketTimeoutMS: 1_000 },
  });
  try {
    const status = await client.db('admin').command({ replSetGetStatus: 1 });
    // 1 is PRIMARY, 2 is SECONDARY. A fresh primary takes writes only once it says so to `hello` as well.
    if (status.myState === 2) return { role: 'secondary', term: Number(status.term) };
    const hello = await client.db('admin').command({ hello: 1 });
    return hello.isWritablePrimary === true ? { role: 'primary', term: Number(status.term) } : undefined;
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}
