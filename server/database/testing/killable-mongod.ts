import { ensureReplicaSet } from '../embedded/replica-set.ts';
import { makeScratchFolder } from './scratch-folder.ts';
import { startMember, TEST_REPLICA_SET } from './start-member.ts';

/** A replica set of one that can be cut off as by a power failure, and started again on the same port and data. */
export interface KillableMongod {
  readonly port: number;
  /** URI of a database in it. */
  uri(databaseName: string): string;
  /** Process number of the mongod that runs now. */
  pid(): number;
  /** `kill -9`; returns when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again after a `kill`; returns when it takes writes. */
  restart(): Promise<void>;
  /** Ends it by force and deletes its data. */
  stop(): Promise<void>;
}

export async function startKillableMongod(): Promise<KillableMongod> {
  const scratch = makeScratchFolder();
  let member = await startMember(scratch, 'killable');
  const { port } = member;
  const makeWritable = (): Promise<void> =>
    ensureReplicaSet({
      name: TEST_REPLICA_SET,
      ports: [port],
      directUri: (each) => `mongodb://127.0.0.1:${each}/`,
      electionTimeoutMillis: 2_000,
    });
  await makeWritable();
  return {
    port,
    uri: (databaseName) => `mongodb://127.0.0.1:${port}/${databaseName}?replicaSet=${TEST_REPLICA_SET}`,
    pid: () => member.identity.pid,
    kill: () => member.kill(),
    async restart() {
      member = await startMember(scratch, 'killable', { port });
      await makeWritable();
    },
    async stop() {
      await member.kill();
      scratch.clear();
    },
  };
}
