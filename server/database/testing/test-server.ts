import type { MongodProcess } from '../embedded/mongod-process.ts';
import { ensureReplicaSet } from '../embedded/replica-set.ts';
import { makeScratchFolder } from './scratch-folder.ts';
import type { ScratchFolder } from './scratch-folder.ts';
import { startMember, TEST_REPLICA_SET } from './start-member.ts';

interface TestServer {
  member: MongodProcess;
  scratch: ScratchFolder;
}

let server: Promise<TestServer> | undefined;

/** Port of the one mongod of this test run; started by the first test that asks, so pure tests do not wait for it. */
export async function testServerPort(): Promise<number> {
  server ??= startTestServer();
  return (await server).member.port;
}

/** Ends the mongod of this test run, if one was started. */
export async function stopTestServer(): Promise<void> {
  if (server === undefined) return;
  const starting = server;
  server = undefined;
  const { member, scratch } = await starting;
  await member.kill();
  scratch.clear();
}

/**
 * The files of a dropped collection stay open for as long as a snapshot of it may be read, five minutes by default: a
 * suite that drops a hundred databases in that time would run out of open files.
 */
const PARAMETERS = { minSnapshotHistoryWindowInSeconds: 5 } as const;

async function startTestServer(): Promise<TestServer> {
  const scratch = makeScratchFolder();
  const member = await startMember(scratch, 'shared', { cacheGb: 0.5, parameters: PARAMETERS });
  await ensureReplicaSet({
    name: TEST_REPLICA_SET,
    ports: [member.port],
    directUri: (port) => `mongodb://127.0.0.1:${port}/`,
  });
  return { member, scratch };
}
