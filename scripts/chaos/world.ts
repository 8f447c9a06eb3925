import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { makeScratchFolder } from '../../server/database/testing/scratch-folder.ts';
import { AcknowledgementLog } from './acknowledgements.ts';
import { openChaosApi, type ChaosApi } from './chaos-api.ts';
import { startChaosDatabase, type ChaosDatabase } from './chaos-database.ts';
import { openPoster, type EventPoster } from './post-events.ts';
import { makeTenant, type Door, type Tenant } from './tenant.ts';
import { chanceFrom, openTraffic, type Chance, type Traffic } from './traffic.ts';

/** A database, the API in front of it, and what clients of one platform need. */
export interface World {
  readonly name: string;
  readonly database: ChaosDatabase;
  /** The first of the API processes. */
  readonly api: ChaosApi;
  readonly door: Door;
  readonly tenant: Tenant;
  readonly poster: EventPoster;
  readonly traffic: Traffic;
  readonly chance: Chance;
  readonly log: AcknowledgementLog;
  readonly say: (line: string) => void;
}

export interface WorldOptions {
  readonly name: string;
  readonly members: 1 | 3;
  /** API processes in front of the same database; requests go to them in turn. Default 1. */
  readonly apis?: number;
  readonly seed: number;
  /** More of the API's settings. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/**
 * Starts database and API, lets `use` do its worst, and ends both by their process numbers, whatever happened. The logs
 * stay when it failed, and where they are is said.
 */
export async function withWorld<T>(options: WorldOptions, use: (world: World) => Promise<T>): Promise<T> {
  const { name, say } = options;
  const scratch = makeScratchFolder();
  const logs = mkdtempSync(join(tmpdir(), 'parasol-chaos-'));
  const removeLogs = (): void => rmSync(logs, { recursive: true, force: true });
  // Only a failure is worth keeping them: whoever interrupts a run wants nothing of it.
  process.once('exit', removeLogs);
  const stops: (() => Promise<void> | void)[] = [() => scratch.clear()];
  let done = false;
  try {
    const database = await startChaosDatabase(scratch, name, options.members);
    stops.push(async () => void (await database.stop()));
    const door = { databaseUri: database.uri, dataDir: join(scratch.path, 'data') };
    const tenant = await makeTenant(door);
    const logFile = join(logs, 'api.log');
    const apis: ChaosApi[] = [];
    for (let number = 0; number < (options.apis ?? 1); number++) {
      const api = await openChaosApi({ ...door, scratch, logFile, settings: options.settings ?? {} });
      stops.push(async () => void (await api.kill()));
      await api.start();
      apis.push(api);
    }
    const [api] = apis;
    if (api === undefined) throw new Error('There must be at least one API process.');
    const poster = openPoster(
      apis.map(({ port }) => port),
      tenant.key,
    );
    stops.push(() => poster.close());
    const log = new AcknowledgementLog(join(logs, 'acknowledgements.jsonl'));
    stops.push(() => log.close());
    const chance = chanceFrom(options.seed);
    const traffic = openTraffic(tenant.source, systemClock, chanceFrom(options.seed + 1));
    const result = await use({ name, database, api, door, tenant, poster, traffic, chance, log, say });
    done = true;
    return result;
  } finally {
    if (!done) keepLogs(scratch.path, logs);
    for (const stop of stops.reverse()) await stop();
    process.off('exit', removeLogs);
    if (done) removeLogs();
    else say(`${name}: the logs of API, mongod and acknowledgements are in ${logs}`);
  }
}

/** Of the databases, what they logged: their folders go with the run. */
function keepLogs(scratch: string, logs: string): void {
  const isKept = (path: string): boolean => !/\/(?:db|data)(?:\/|$)/.test(path.slice(scratch.length));
  cpSync(scratch, join(logs, 'mongod'), { recursive: true, filter: isKept });
}
