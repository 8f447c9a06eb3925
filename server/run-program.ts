import closeWithGrace from 'close-with-grace';
import { ConfigTrouble, readConfig } from './config.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { DatabaseTrouble } from './database/database-trouble.ts';
import { migrate } from './database/migrate.ts';
import { openDatabase } from './database/open-database.ts';
import { openServices, type OpenServices } from './open-services.ts';
import { checkKeys } from './people/check-keys.ts';
import { Refusal } from '../programs/refusal.ts';

/** What a program runs once its services are open; `stop` ends its intake and waits for what is under way. */
export interface Running {
  stop(): Promise<void>;
}

/** How long a shutdown may take before the process ends anyway. */
const SHUTDOWN_MS_MAX = 20_000;
const PARENT_CHECK_MS = 250;

/**
 * The frame of every long-running program: configuration, database, migrations, services; then `run`; then a graceful end
 * on a signal. Expected trouble is one sentence on standard error and exit code 1.
 */
export async function runProgram(
  appName: string,
  run: (services: OpenServices) => Promise<Running>,
  changes: Partial<Config> = {},
): Promise<void> {
  try {
    const config = Object.freeze({ ...readConfig(process.env), ...changes });
    const { services, close } = await openAll(config, appName);
    let running: Running;
    try {
      running = await run(services);
    } catch (error) {
      await close();
      throw error;
    }
    const shutdown = closeWithGrace({ delay: SHUTDOWN_MS_MAX, logger: false }, async ({ err }) => {
      if (err) services.log.fatal({ err }, 'A bug ends the process.');
      await running.stop();
      await close();
    });
    if (process.env.npm_lifecycle_event !== undefined) onParentGone(() => void shutdown.close());
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = 1;
  }
}

/**
 * npm runs a program in a shell, and a signal sent to npm alone ends that shell but never reaches the program: it would go
 * on and hold port and database. So a program of npm's ends with its shell.
 */
function onParentGone(close: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    close();
  }, PARENT_CHECK_MS);
  watch.unref();
}

/** Database, migrations and services in one step; `close` undoes it in the right order. */
export async function openAll(
  config: Config,
  appName: string,
  onProgress: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Promise<{ services: OpenServices; close: () => Promise<void> }> {
  const database = await openDatabase({
    uri: config.mongodbUri,
    dataDir: config.dataDir,
    production: config.environment === 'production',
    allowEmbeddedInProduction: config.allowEmbeddedInProduction,
    poolSizeMax: config.poolSizeMax,
    appName,
    onProgress,
  });
  try {
    await migrate(database, { clock: systemClock, onProgress });
    const services = await openServices({ config, database });
    await checkKeys(database.db, services.secrets);
    const close = async (): Promise<void> => {
      await services.close();
      await database.close();
    };
    return { services, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Expected trouble as one sentence; a bug with its stack, for whoever started the program. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof DatabaseTrouble || error instanceof ConfigTrouble)
    return error.message;
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is in use: stop what listens there, or set PARASOL_PORT to another one (0 takes a free one).`;
  }
  if ('syscall' in error && 'code' in error && typeof error.code === 'string') {
    if (error.syscall === 'listen' || error.syscall === 'getaddrinfo')
      return `Parasol cannot listen there (${error.message}): check PARASOL_HOST and PARASOL_PORT.`;
  }
  return error.stack ?? error.message;
}
