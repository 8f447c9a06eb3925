import { join, resolve } from 'node:path';
import lockfile from 'proper-lockfile';
import { DatabaseTrouble } from '../database-trouble.ts';
import type { Environment } from './cache-folder.ts';
import { readState, writeState } from './embedded-state.ts';
import type { EmbeddedState } from './embedded-state.ts';
import { findMongod } from './find-mongod.ts';
import { answersTo, DATABASE_USER, launchEmbedded, REPLICA_SET } from './launch-embedded.ts';
import { adoptMongod, signal } from './mongod-process.ts';
import type { MongodProcess } from './mongod-process.ts';
import { onProcessEnd } from './on-process-end.ts';
import { explainFolderError, prepareFolder } from './prepare-folder.ts';
import { identifyProcess, isAlive } from './process-identity.ts';
import { embeddedSecrets } from './secrets.ts';
import type { EmbeddedSecrets } from './secrets.ts';
import { waitUntil } from './wait-until.ts';

export interface EmbeddedOptions {
  /** The database lies in its `mongo` folder. */
  dataDir: string;
  /** True with `NODE_ENV=production`, where the embedded database must be allowed by name. */
  production?: boolean;
  allowInProduction?: boolean;
  env?: Environment;
  /** Gets lines for a person. Default: standard error. */
  onProgress?: (line: string) => void;
}

/** The running database of a data folder. */
export interface EmbeddedDatabase {
  /** Holds the password: never print it. */
  readonly uri: string;
  readonly port: number;
  readonly pid: number;
  /** False when another process owns it: it may stop when that one does. */
  readonly owned: boolean;
  /** Stops the database if this process owns it. */
  stop(): Promise<void>;
}

/** How long a database that was found may take to answer or to end. */
const SETTLE_MS_MAX = 30_000;

/**
 * Gives the database of a data folder: joins the one that runs, takes over one whose owner was killed, else starts it
 * and stops it when this process ends. Of two starters at once one starts and the other joins. Only on 127.0.0.1, with
 * a password of its own (G25). Throws `DatabaseTrouble` with one sentence.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  if (options.production === true && options.allowInProduction !== true) {
    throw new DatabaseTrouble(
      'embedded_refused',
      'In production set MONGODB_URI to your replica set, or PARASOL_EMBEDDED_DATABASE=allowed to use the embedded database all the same.',
    );
  }
  const onProgress = options.onProgress ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const folder = resolve(options.dataDir, 'mongo');
  await prepareFolder(folder);
  try {
    const secrets = await embeddedSecrets(folder);
    const running = await joinRunning(folder, secrets);
    if (running !== undefined) return running;
    // Before the lock: fetching may take minutes.
    const env = options.env === undefined ? {} : { env: options.env };
    const { binary } = await findMongod({ onProgress, ...env });
    const release = await lockStart(folder);
    try {
      return await startOrTakeOver(folder, secrets, binary, onProgress);
    } finally {
      await release();
    }
  } catch (error) {
    throw explainFolderError(error, folder);
  }
}

/** The running database if its owner lives too and it answers at once; everything else is sorted out under the lock. */
async function joinRunning(folder: string, secrets: EmbeddedSecrets): Promise<EmbeddedDatabase | undefined> {
  const state = readState(folder);
  if (state?.mongod === undefined || state.stopping || state.owner === undefined || !isAlive(state.owner))
    return undefined;
  if (!isAlive(state.mongod) || !(await answersTo(secrets, state.port))) return undefined;
  return handle(secrets, state.port, adoptMongod(state.mongod, folder, state.port), false);
}

async function startOrTakeOver(
  folder: string,
  secrets: EmbeddedSecrets,
  binary: string,
  onProgress: (line: string) => void,
): Promise<EmbeddedDatabase> {
  const state = readState(folder);
  const found = state === undefined ? undefined : await settle(folder, state, secrets);
  if (state !== undefined && found === 'usable' && state.mongod !== undefined) {
    const mongod = adoptMongod(state.mongod, folder, state.port);
    if (state.owner !== undefined && isAlive(state.owner)) return handle(secrets, state.port, mongod, false);
    onProgress('Taking over the database that a killed process left running.');
    return own(folder, secrets, mongod, onProgress);
  }
  const mongod = await launchEmbedded({ binary, folder, secrets, ...(state && { port: state.port }) });
  return own(folder, secrets, mongod, onProgress);
}

/** Waits until the mongod of a state is either usable or gone; ends one that nobody is left to make usable. */
async function settle(folder: string, state: EmbeddedState, secrets: EmbeddedSecrets): Promise<'usable' | 'gone'> {
  const { mongod, port, owner } = state;
  if (mongod === undefined) return 'gone';
  const orphan = owner === undefined || !isAlive(owner);
  // No owner was written down: its starter was killed in the middle, and we hold the lock under which it worked.
  const settled =
    owner === undefined
      ? undefined
      : await waitUntil(SETTLE_MS_MAX, async () => {
          if (!isAlive(mongod)) return 'gone';
          return !state.stopping && (await answersTo(secrets, port)) ? 'usable' : undefined;
        });
  if (settled !== undefined) return settled;
  if (orphan && mongod.startMark !== '') {
    await adoptMongod(mongod, folder, port).stop();
    return 'gone';
  }
  throw new DatabaseTrouble(
    'data_folder_in_use',
    `The database of this data folder runs as process ${mongod.pid} but does not answer: end that process, then start again.`,
  );
}

function own(
  folder: string,
  secrets: EmbeddedSecrets,
  mongod: MongodProcess,
  onProgress: (line: string) => void,
): EmbeddedDatabase {
  const owner = identifyProcess(process.pid);
  const state = { port: mongod.port, mongod: mongod.identity, ...(owner && { owner }) };
  writeState(folder, state);
  const watch = watchForEnd(mongod, onProgress);
  const withdraw = onProcessEnd(() => {
    writeState(folder, { ...state, stopping: true });
    signal(mongod.identity, 'SIGTERM');
  });
  return handle(secrets, mongod.port, mongod, true, async () => {
    clearInterval(watch);
    withdraw();
    writeState(folder, { ...state, stopping: true });
    await mongod.stop();
    writeState(folder, { port: mongod.port });
  });
}

function handle(
  secrets: EmbeddedSecrets,
  port: number,
  mongod: MongodProcess,
  owned: boolean,
  stop: () => Promise<void> = async () => undefined,
): EmbeddedDatabase {
  const uri = `mongodb://${DATABASE_USER}:${secrets.password}@127.0.0.1:${port}/parasol?replicaSet=${REPLICA_SET}&authSource=admin`;
  let stopping: Promise<void> | undefined;
  return { uri, port, pid: mongod.identity.pid, owned, stop: () => (stopping ??= stop()) };
}

/** Tells the person when the database ends by itself; the API meanwhile answers that it is unavailable. */
function watchForEnd(mongod: MongodProcess, onProgress: (line: string) => void): NodeJS.Timeout {
  const watch = setInterval(() => {
    if (mongod.isRunning()) return;
    clearInterval(watch);
    mongod.explain().then(
      (trouble) => onProgress(`The embedded database has ended. ${trouble.message}`),
      () => onProgress('The embedded database has ended.'),
    );
  }, 2_000);
  return watch.unref();
}

async function lockStart(folder: string): Promise<() => Promise<void>> {
  return lockfile.lock(folder, {
    lockfilePath: join(folder, 'start.lock'),
    stale: 5_000,
    // Longer than a start with recovery takes.
    retries: { retries: 1_800, factor: 1, minTimeout: 100, maxTimeout: 100 },
    // Then mongod's own lock on its files still lets only one start.
    onCompromised: () => undefined,
  });
}
