import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { identifyProcess } from '../../../server/database/embedded/process-identity.ts';
import type { ScratchFolder } from '../../../server/database/testing/scratch-folder.ts';

export interface ChaosProcess {
  hasEnded(): boolean;
  /** Resolves when it has ended, by whatever hand, and all that it said was heard. */
  readonly ended: Promise<void>;
  /** `kill -9`; resolves when it is gone, with whether it was still alive. */
  kill(): Promise<boolean>;
}

export interface ChaosProcessOptions {
  readonly scratch: ScratchFolder;
  /** Relative to this folder. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What it says on standard error is appended. */
  readonly logFile: string;
  readonly onLine: (line: string) => void;
}

/** Starts one of our programs as a process of its own; it is ended with the scratch folder, whatever happens. */
export function startChaosProcess(options: ChaosProcessOptions): ChaosProcess {
  const { scratch, script, args = [], environment, logFile, onLine } = options;
  const log = openSync(logFile, 'a');
  let child: ChildProcess;
  try {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const inherited = Object.entries(process.env).filter(([name]) => !/^(PARASOL_|STRIPE_|CHAOS_)/.test(name));
    child = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
      env: { ...Object.fromEntries(inherited), NODE_ENV: 'test', ...environment },
      stdio: ['ignore', 'pipe', log],
    });
  } finally {
    closeSync(log);
  }
  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
  if (identity !== undefined) scratch.record(identity);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', onLine);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    ended,
    hasEnded,
    async kill() {
      const wasAlive = !hasEnded() && child.kill('SIGKILL');
      await ended;
      // It may have ended by itself a moment before, unheard.
      return wasAlive && child.signalCode === 'SIGKILL';
    },
  };
}
