import { MongoClient } from 'mongodb';
import type { MongodProcess } from '../embedded/mongod-process.ts';
import { ensureReplicaSet } from '../embedded/replica-set.ts';
import { waitUntil } from '../embedded/wait-until.ts';
import { makeScratchFolder } from './scratch-folder.ts';
import { startMember, TEST_REPLICA_SET } from './start-member.ts';

/** Three servers on this machine that elect their primary among themselves. Members are numbered 0 to 2. */
export interface ThreeMemberSet {
  readonly ports: readonly number[];
  /** URI of a database in the set. */
  uri(databaseName: string): string;
  /** Number of the member that takes writes; waits for an election to end. Throws after a minute without one. */
  primary(): Promise<number>;
  /** `kill -9` on the primary; returns its number when it is gone. The others elect another within seconds. */
  killPrimary(): Promise<number>;
  kill(member: number): Promise<void>;
  /** Starts a killed member on its port and data; returns when it follows or leads again. */
  restart(member: number): Promise<void>;
  /** Ends all three by force and deletes their data. */
  stop(): Promise<void>;
}

const ELECTION_MS_MAX = 60_000;

/** Starts three members with `electionTimeoutMillis` 2,000 and waits until they have a primary. */
export async function startThreeMemberSet(): Promise<ThreeMemberSet> {
  const scratch = makeScratchFolder();
  const start = (index: number, port?: number): Promise<MongodProcess> =>
    startMember(scratch, `member-${index}`, { cacheGb: 0.25, ...(port !== undefined && { port }) });
  // One after the other: each chooses a free port.
  const members = [await start(0), await start(1), await start(2)];
  const ports = members.map((member) => member.port);
  await ensureReplicaSet({
    name: TEST_REPLICA_SET,
    ports,
    directUri: (port) => `mongodb://127.0.0.1:${port}/`,
    electionTimeoutMillis: 2_000,
  });

  const memberAt = (index: number): MongodProcess => {
    const member = members[index];
    if (member === undefined) throw new Error(`There is no member ${index}.`);
    return member;
  };
  const primary = async (): Promise<number> => {
    const found = await waitUntil(
      ELECTION_MS_MAX,
      async () => {
        const states = await Promise.all(members.map((member) => stateOf(member)));
        const index = states.indexOf('primary');
        return index === -1 ? undefined : index;
      },
      100,
    );
    if (found === undefined) throw new Error('The three members elected no primary within a minute.');
    return found;
  };
  const kill = (index: number): Promise<void> => memberAt(index).kill();
  await primary();

  return {
    ports,
    uri: (databaseName) =>
      `mongodb://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${databaseName}?replicaSet=${TEST_REPLICA_SET}`,
    primary,
    kill,
    async killPrimary() {
      const index = await primary();
      await kill(index);
      return index;
    },
    async restart(index) {
      members[index] = await start(index, memberAt(index).port);
      const back = await waitUntil(
        ELECTION_MS_MAX,
        async () => ((await stateOf(memberAt(index))) === undefined ? undefined : true),
        100,
      );
      if (back === undefined) throw new Error(`Member ${index} did not come back within a minute.`);
    },
    async stop() {
      await Promise.all(members.map((member) => member.kill()));
      scratch.clear();
    },
  };
}

/** What a member says of itself; `undefined` while it is down, recovering or between two roles. */
async function stateOf(member: MongodProcess): Promise<'primary' | 'secondary' | undefined> {
  if (!member.isRunning()) return undefined;
  const client = new MongoClient(`mongodb://127.0.0.1:${member.port}/`, {
    directConnection: true,
    serverSelectionTimeoutMS: 1_000,
    socketTimeoutMS: 1_000,
  });
  try {
    const hello = await client.db('admin').command({ hello: 1 });
    if (hello.isWritablePrimary === true) return 'primary';
    return hello.secondary === true ? 'secondary' : undefined;
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}
