import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { DatabaseTrouble } from '../database-trouble.ts';
import { explainMongodExit } from './explain-mongod-exit.ts';
import { fullDisk, isDiskFull } from './prepare-folder.ts';
import { identifyProcess, isAlive } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

export interface MongodOptions {
  binary: string;
  /** Holds `db/` and the logs; made when absent. */
  folder: string;
  port: number;
  /** Without it the server stands alone and has no transactions. */
  replicaSet?: string;
  /** With it every connection must authenticate, and no exception is made for the first one from this machine. */
  keyFile?: string;
  cacheGb?: number;
  /** A mongod configuration file, for what has no command line option; the options here prevail. */
  configFile?: string;
  /** Server parameters, as for `--setParameter`. */
  parameters?: Readonly<Record<string, string | number | boolean>>;
  /** How long starting may take, recovery after a crash included. Default 120 s. */
  startMsMax?: number;
  /** Called as soon as the process exists, before it accepts connections. */
  onSpawned?: (identity: ProcessIdentity) => void;
}

/** A mongod that accepts connections. It is its own process group: Ctrl-C at the terminal reaches its owner only. */
export interface MongodProcess {
  readonly identity: ProcessIdentity;
  readonly port: number;
  isRunning(): boolean;
  /** Why it ended, from its own log. */
  explain(): Promise<DatabaseTrouble>;
  /** Ends it cleanly, by force when it has not ended after 20 s. Harmless when it has ended. */
  stop(): Promise<void>;
  /** Ends it as a power cut would (`kill -9`) and waits until it is gone. */
  kill(): Promise<void>;
}

const STOP_MS_MAX = 20_000;
const LOG_BYTES_MAX = 4_000_000;

/** Starts a mongod on 127.0.0.1. Throws `DatabaseTrouble` with the reason from its log when it does not come up. */
export async function startMongod(options: MongodOptions): Promise<MongodProcess> {
  const { binary, folder, port } = options;
  await mkdir(join(folder, 'db'), { recursive: true, mode: 0o700 });
  const log = join(folder, 'mongod.log');
  const logBegin = await keepLogSmall(log);
  // What is said before the log opens goes to a file, not to a pipe: it must not break when the owner is killed.
  const output = await open(join(folder, 'mongod.out'), 'w', 0o600);
  let exit: { code: number | null; error?: Error } | undefined;
  let pid: number | undefined;
  try {
    const stdio = ['ignore' as const, output.fd, output.fd];
    const child = spawn(binary, mongodArguments(options), { stdio, detached: true, windowsHide: true });
    child.on('error', (error) => (exit = { code: null, error }));
    child.on('exit', (code) => (exit = { code }));
    child.unref();
    pid = child.pid;
  } finally {
    await output.close();
  }
  const identity = pid === undefined ? undefined : identifyProcess(pid);
  if (identity !== undefined) options.onSpawned?.(identity);
  const ready = await waitUntil(options.startMsMax ?? 120_000, async () => {
    if (exit !== undefined || identity === undefined) return 'ended';
    return (await saysItListens(log, logBegin)) ? 'up' : undefined;
  });
  if (identity === undefined || ready !== 'up') {
    if (identity !== undefined) signal(identity, 'SIGKILL');
    throw await explainFrom(folder);
  }
  return adoptMongod(identity, folder, port);
}

/** Takes charge of a mongod that another process started. */
export function adoptMongod(identity: ProcessIdentity, folder: string, port: number): MongodProcess {
  const gone = (deadlineMs: number): Promise<true | undefined> =>
    waitUntil(deadlineMs, () => (isAlive(identity) ? undefined : true), 10);
  const kill = async (): Promise<void> => {
    signal(identity, 'SIGKILL');
    await gone(STOP_MS_MAX);
  };
  return {
    identity,
    port,
    isRunning: () => isAlive(identity),
    explain: () => explainFrom(folder),
    kill,
    async stop() {
      signal(identity, 'SIGTERM');
      if ((await gone(STOP_MS_MAX)) === undefined) await kill();
    },
  };
}

/** Sends a signal to this very process, not to a later one with its number. */
export function signal(identity: ProcessIdentity, name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    // It ended between the look and the signal.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** A TCP port of 127.0.0.1 that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function mongodArguments(options: MongodOptions): string[] {
  const parameters = {
    diagnosticDataCollectionEnabled: false,
    // A stop waits this long for clients to notice; ours have closed before.
    shutdownTimeoutMillisForSignaledShutdown: 200,
    ...(options.keyFile === undefined ? {} : { enableLocalhostAuthBypass: false }),
    ...options.parameters,
  };
  return [
    ...(options.configFile === undefined ? [] : ['--config', options.configFile]),
    ...['--bind_ip', '127.0.0.1', '--port', String(options.port), '--dbpath', join(options.folder, 'db')],
    ...['--logpath', join(options.folder, 'mongod.log'), '--logappend', '--quiet'],
    ...['--wiredTigerCacheSizeGB', String(options.cacheGb ?? 0.5)],
    ...(options.replicaSet === undefined ? [] : ['--replSet', options.replicaSet]),
    // 6.0.5 leaks memory to any client that asks for zlib (CVE-2025-14847); on one machine none is needed.
    ...['--networkMessageCompressors', 'disabled'],
    ...(process.platform === 'win32' ? [] : ['--nounixsocket']),
    ...(options.keyFile === undefined ? [] : ['--auth', '--keyFile', options.keyFile]),
    ...Object.entries(parameters).flatMap(([name, value]) => ['--setParameter', `${name}=${value}`]),
  ];
}

/**
 * Its own log says when it takes connections (id 23016, "Waiting for connections"). That the port answers proves
 * nothing: another program may have taken it.
 */
async function saysItListens(log: string, begin: number): Promise<boolean> {
  const text = await readFile(log).catch(() => Buffer.alloc(0));
  return text.subarray(begin).includes('"id":23016,');
}

/** Puts a log away that has grown large; returns the size of what stays. */
async function keepLogSmall(log: string): Promise<number> {
  const bytes = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  if (bytes <= LOG_BYTES_MAX) return bytes;
  await rename(log, `${log}.old`);
  return 0;
}

async function explainFrom(folder: string): Promise<DatabaseTrouble> {
  // On a full disk its log ends in the middle of a line.
  if (await isDiskFull(folder)) return fullDisk(folder);
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');
  return explainMongodExit({ log: await read('mongod.log'), output: await read('mongod.out'), folder });
}
