import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import type { Clock } from '../../clock.ts';
import { randomText } from '../../database/ids.ts';
import { identifyProcess, isAlive } from '../../database/embedded/process-identity.ts';
import { startSandbox } from './sandbox-server.ts';
import type { RunningSandbox } from './sandbox-server.ts';
import { readSandboxState, writeSandboxState } from './sandbox-state.ts';
import type { SandboxState } from './sandbox-state.ts';
import type { SandboxSettings } from './settings.ts';

export interface OpenSandboxOptions {
  /** Signs its webhooks; the same in all processes that share the folder. */
  readonly webhookSecret: string;
  readonly clock?: Clock;
  /** Of whichever process starts it. */
  readonly settings?: Partial<SandboxSettings>;
  /** Gets lines for a person. */
  readonly onProgress: (line: string) => void;
  /** Gets what went wrong inside. */
  readonly onTrouble: (message: string) => void;
}

/** The sandbox of a folder, whichever process it runs in. */
export interface OpenSandbox {
  /** `http://127.0.0.1:<port>`, the same for as long as the folder lives unless somebody else takes the port. */
  readonly url: string;
  /** Whether it runs in this process now. */
  readonly owned: boolean;
  /** Ends it if it runs in this process; another process that has it open goes on with it. */
  close(): Promise<void>;
}

/** Between two looks at whether the owner still lives. */
const WATCH_MS = 500;
const ANSWER_MS_MAX = 2_000;

/**
 * Gives the sandbox of a folder to every process of an installation: the first one runs it, the others join. When the one
 * that runs it ends, even by `kill -9`, another one goes on at the same address with the same books.
 */
export async function openSandbox(folder: string, options: OpenSandboxOptions): Promise<OpenSandbox> {
  const { onTrouble } = options;
  let { state, running } = await joinOrStart(folder, options);
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    try {
      const now = readSandboxState(folder);
      if (now !== undefined && isOwned(now)) state = now;
      else ({ state, running } = await joinOrStart(folder, options));
    } catch (error) {
      onTrouble(`The SANDBOX could not be taken over: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const watch = setInterval(() => {
    if (running === undefined) looking ??= look().finally(() => (looking = undefined));
  }, WATCH_MS);
  watch.unref();
  return {
    get url() {
      return urlOf(state);
    },
    get owned() {
      return running !== undefined;
    },
    close: async () => {
      clearInterval(watch);
      await looking;
      await running?.close();
      if (running !== undefined) await underLock(folder, (now) => now && writeSandboxState(folder, withoutOwner(now)));
      running = undefined;
    },
  };
}

/** Remembers where webhooks go, and tells a sandbox that runs. Starts nothing. */
export async function setSandboxWebhookUrl(folder: string, webhookUrl: string): Promise<void> {
  await underLock(folder, async (known = newState()) => {
    writeSandboxState(folder, { ...known, webhookUrl });
    if (!isOwned(known)) return;
    const body = JSON.stringify({ url: webhookUrl });
    const response = await fetch(`${urlOf(known)}/_sandbox/webhook_endpoint`, { method: 'POST', body });
    if (!response.ok) throw new Error(`The SANDBOX did not take the address of webhooks: ${await response.text()}`);
  });
}

interface Joined {
  readonly state: SandboxState;
  /** Present in the process in which it runs. */
  readonly running: RunningSandbox | undefined;
}

async function joinOrStart(folder: string, options: OpenSandboxOptions): Promise<Joined> {
  const state = readSandboxState(folder);
  if (state !== undefined && isOwned(state) && (await answers(state))) return { state, running: undefined };
  return underLock(folder, (known = newState()) => startUnderLock(folder, known, options));
}

async function startUnderLock(folder: string, known: SandboxState, options: OpenSandboxOptions): Promise<Joined> {
  if (isOwned(known)) {
    // The state is written only when it listens: it is there, or it is just ending.
    if (await answers(known)) return { state: known, running: undefined };
    throw new Error(`The SANDBOX of this folder runs in process ${known.owner?.pid} and does not answer.`);
  }
  const { webhookSecret, clock, settings, onProgress, onTrouble } = options;
  const { seed, webhookUrl } = known;
  const start = (port: number): Promise<RunningSandbox> =>
    startSandbox({
      ...{ port, seed, webhookSecret, onTrouble, file: join(folder, 'journal.jsonl') },
      ...(webhookUrl !== undefined && { webhookUrl }),
      ...(clock && { clock }),
      ...(settings && { settings }),
    });
  const running = await start(known.port).catch((error: unknown) => {
    if (isPortTaken(error)) return start(0);
    throw error;
  });
  const owner = identifyProcess(process.pid);
  const state = { ...known, port: running.port, ...(owner && { owner }) };
  writeSandboxState(folder, state);
  onProgress(`SANDBOX instead of Stripe on ${running.url}: no real money moves.`);
  return { state, running };
}

/** Does the work while no other process reads or changes the state under the lock. */
async function underLock<R>(folder: string, work: (known: SandboxState | undefined) => R | Promise<R>): Promise<R> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = await lockfile.lock(folder, {
    lockfilePath: join(folder, 'lock'),
    stale: 5_000,
    retries: { retries: 300, factor: 1, minTimeout: 100, maxTimeout: 100 },
    // Whoever comes second then finds the port taken or the owner alive.
    onCompromised: () => undefined,
  });
  try {
    return await work(readSandboxState(folder));
  } finally {
    await release();
  }
}

function newState(): SandboxState {
  return { port: 0, seed: randomText(16) };
}

function withoutOwner(state: SandboxState): SandboxState {
  const rest = { ...state };
  Reflect.deleteProperty(rest, 'owner');
  return rest;
}

function isOwned({ owner }: SandboxState): boolean {
  return owner !== undefined && isAlive(owner);
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function urlOf({ port }: SandboxState): string {
  return `http://127.0.0.1:${port}`;
}

/** Whether a sandbox listens there: another program may have got the port. */
async function answers(state: SandboxState): Promise<boolean> {
  try {
    const response = await fetch(`${urlOf(state)}/_sandbox/state`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    const told: unknown = await response.json();
    return typeof told === 'object' && told !== null && 'sandbox' in told && told.sandbox === true;
  } catch {
    // Nobody there, or somebody else: the one that ran there is gone.
    return false;
  }
}
