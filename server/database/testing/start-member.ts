import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPortTaken } from '../embedded/explain-mongod-exit.ts';
import { findMongod } from '../embedded/find-mongod.ts';
import { freePort, startMongod } from '../embedded/mongod-process.ts';
import type { MongodOptions, MongodProcess } from '../embedded/mongod-process.ts';
import type { ScratchFolder } from './scratch-folder.ts';

export const TEST_REPLICA_SET = 'test';

/** The servers of tests take commands that make them fail on purpose, and expire documents within a second. */
const TEST_PARAMETERS = { enableTestCommands: 1, ttlMonitorSleepSecs: 1 } as const;

let found: ReturnType<typeof findMongod> | undefined;

/** Starts a mongod in a folder of the scratch folder; on a free port unless one is named. */
export async function startMember(
  scratch: ScratchFolder,
  name: string,
  options: Partial<Pick<MongodOptions, 'port' | 'cacheGb' | 'parameters'>> = {},
): Promise<MongodProcess> {
  found ??= findMongod();
  const { binary } = await found;
  const folder = join(scratch.path, name);
  const replicaSet = TEST_REPLICA_SET;
  for (let triesLeft = 5; ; triesLeft -= 1) {
    const port = options.port ?? (await freePort());
    try {
      const cacheGb = options.cacheGb ?? 0.25;
      const parameters = { ...TEST_PARAMETERS, ...options.parameters };
      const member = await startMongod({ binary, folder, port, replicaSet, cacheGb, parameters });
      scratch.record(member.identity);
      return member;
    } catch (error) {
      const log = await readFile(join(folder, 'mongod.log'), 'utf8').catch(() => '');
      if (options.port !== undefined || triesLeft === 0 || !isPortTaken(log)) throw error;
    }
  }
}
