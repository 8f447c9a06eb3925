import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { identifyProcess } from '../../server/database/embedded/process-identity.ts';
import { waitUntil } from '../../server/database/embedded/wait-until.ts';
import type { ScratchFolder } from '../../server/database/testing/scratch-folder.ts';
import { steadyPort } from './steady-port.ts';

const START_MS_MAX = 60_000;
const LOG_LINES_SHOWN = 15;

export interface ChaosApiOptions {
  readonly scratch: ScratchFolder;
  readonly databaseUri: string;
  /** For the keys that the API makes for itself. */
  readonly dataDir: string;
  /** What the process says is appended to it. */
  readonly logFile: string;
  /** More of the API's own settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The API as production runs it (`server/main.ts`), in a process of its own, always on the same port of 127.0.0.1. */
export interface ChaosApi {
  readonly port: number;
  pid(): number;
  /** Throws when it is not ready within a minute, with the end of its log. */
  start(): Promise<void>;
  /** `kill -9`; returns when it is gone, with whether it was still alive. */
  kill(): Promise<boolean>;
  /** What it said when it ended without being killed; undefined while it runs. */
  crash(): Promise<string | undefined>;
}

export async function openChaosApi(options: ChaosApiOptions): Promise<ChaosApi> {
  const port = await steadyPort();
  let child: ChildProcess | undefined;

  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARASOL_'))),
    NODE_ENV: 'test',
    MONGODB_URI: options.databaseUri,
    PARASOL_DATA_DIR: options.dataDir,
    PARASOL_HOST: '127.0.0.1',
    PARASOL_PORT: String(port),
    PARASOL_LOG_LEVEL: 'warn',
    PARASOL_RATE_PER_MINUTE: '1000000000',
    ...options.settings,
  };

  async function logTail(): Promise<string> {
    const lines = (await readFile(options.logFile, 'utf8')).trimEnd().split('\n');
    return lines.slice(-LOG_LINES_SHOWN).join('\n');
  }

  function launch(): ChildProcess {
    const log = openSync(options.logFile, 'a');
    try {
      const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url));
      return spawn(process.execPath, ['--import', 'tsx', main], { env: environment, stdio: ['ignore', log, log] });
    } finally {
      closeSync(log);
    }
  }

  const hasEnded = (): boolean => child === undefined || child.exitCode !== null || child.signalCode !== null;

  return {
    port,
    pid: () => child?.pid ?? 0,
    async start() {
      child = launch();
      const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
      if (identity !== undefined) options.scratch.record(identity);
      const ready = await waitUntil(START_MS_MAX, async () => {
        if (hasEnded()) return 'ended';
        return (await isReady(port)) ? 'ready' : undefined;
      });
      if (ready !== 'ready') throw new Error(`The API did not start. The end of its log:\n${await logTail()}`);
    },
    async kill() {
      if (child === undefined || hasEnded()) return false;
      const gone = new Promise<void>((resolve) => child?.once('exit', () => resolve()));
      child.kill('SIGKILL');
      await gone;
      return true;
    },
    async crash() {
      return child !== undefined && hasEnded() ? logTail() : undefined;
    },
  };
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ host: '127.0.0.1', port, path: '/readyz', timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.on('timeout', () => probe.destroy(new Error('no answer')));
    probe.on('error', () => resolve(false));
    probe.end();
  });
}
