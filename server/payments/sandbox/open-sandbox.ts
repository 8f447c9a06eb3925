import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import lockfile from 'proper-lockfile';
import type { Clock } from '../../clock.ts';
import { identifyProcess, isAlive } from '../../database/embedded/process-identity.ts';
import { startSandbox } from './sandbox-server.ts';
import type { RunningSandbox } from './sandbox-server.ts';
import { newSandboxSecrets, readSandboxState, writeSandboxState } from './sandbox-state.ts';
import type { SandboxState } from './sandbox-state.ts';
import type { SandboxSettings } from './settings.ts';

export interface OpenSandboxOptions {
  readonly clock?: Clock;
  /** Of whichever process starts it. */
  readonly settings?: Partial<SandboxSettings>;
  /** Gets lines for a person. Default: standard error. */
  readonly onProgress?: (line: string) => void;
}

/** The sandbox of a data folder, whichever process it runs in. */
export interface OpenSandbox {
  /** `http://127.0.0.1:<port>`, the same for as long as the data folder lives unless somebody else takes the port. */
  readonly url: string;
  readonly port: number;
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Whether it runs in this process now. */
  readonly owned: boolean;
  /** Where its webhooks go from now on; what is waiting goes there too. */
  setWebhookUrl(url: string): Promise<void>;
  /** Ends it if it runs in this process; another process that has it open goes on with it. */
  close(): Promise<void>;
}

/** Between two looks at whether the owner still lives. */
const WATCH_MS = 500;
const JOIN_MS_MAX = 2_000;

/**
 * Gives the sandbox of a data folder to every process of an installation: the first one runs it, the others join. When the
 * one that runs it ends, even by `kill -9`, another one goes on at the same address with the same books.
 */
export async function openSandbox(dataDir: string, options: OpenSandboxOptions = {}): Promise<OpenSandbox> {
  const folder = resolve(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const onProgress = options.onProgress ?? ((line: string) => void process.stderr.write(`${line}\n`));
  let { state, running } = await joinOrStart(folder, options, onProgress);
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    try {
      if (isOwned(readSandboxState(folder))) return;
      ({ state, running } = await joinOrStart(folder, options, onProgress));
    } catch (error) {
      onProgress(`The SANDBOX could not be taken over: ${error instanceof Error ? error.message : String(error)}`);
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
    get port() {
      return state.port;
    },
    secretKey: state.secretKey,
    webhookSecret: state.webhookSecret,
    get owned() {
      return running !== undefined;
    },
    setWebhookUrl: async (url) => {
      const response = await fetch(`${urlOf(state)}/_sandbox/webhook_endpoint`, {
        method: 'POST',
        body: JSON.stringify({ url }),
      });
      if (!response.ok) throw new Error(`The sandbox did not take the webhook's address: ${await response.text()}`);
    },
    close: async () => {
      clearInterval(watch);
      await looking;
      if (running === undefined) return;
      await running.close();
      running = undefined;
      writeSandboxState(folder, withoutOwner(state));
    },
  };
}

interface Joined {
  readonly state: SandboxState;
  /** Present in the process in which it runs. */
  readonly running: RunningSandbox | undefined;
}

async function joinOrStart(
  folder: string,
  options: OpenSandboxOptions,
  onProgress: (line: string) => void,
): Promise<Joined> {
  const state = readSandboxState(folder);
  if (state !== undefined && isOwned(state) && (await answers(state))) return { state, running: undefined };
  const release = await lockfile.lock(folder, {
    lockfilePath: join(folder, 'sandbox.lock'),
    stale: 5_000,
    retries: { retries: 300, factor: 1, minTimeout: 100, maxTimeout: 100 },
    // Whoever comes second then finds the port taken and the owner alive.
    onCompromised: () => undefined,
  });
  try {
    return await startUnderLock(folder, options, onProgress);
  } finally {
    await release();
  }
}

async function startUnderLock(
  folder: string,
  { clock, settings }: OpenSandboxOptions,
  onProgress: (line: string) => void,
): Promise<Joined> {
  const known = readSandboxState(folder);
  if (known !== undefined && isOwned(known)) {
    // The state is written only when it listens: it is there, or it is just ending.
    if (await answers(known)) return { state: known, running: undefined };
    throw new Error(`The SANDBOX of this data folder runs in process ${known.owner?.pid} and does not answer.`);
  }
  const secrets = known ?? newSandboxSecrets();
  const start = (port: number): Promise<RunningSandbox> =>
    startSandbox({
      port,
      file: join(folder, 'sandbox.jsonl'),
      webhookSecret: secrets.webhookSecret,
      seed: secrets.seed,
      onTrouble: (message) => onProgress(`SANDBOX: ${message}`),
      ...(clock && { clock }),
      ...(settings && { settings }),
    });
  const running = await start(known?.port ?? 0).catch((error: unknown) => {
    if (isPortTaken(error) && known !== undefined) return start(0);
    throw error;
  });
  const owner = identifyProcess(process.pid);
  const { secretKey, webhookSecret, seed } = secrets;
  const state = { port: running.port, secretKey, webhookSecret, seed, ...(owner && { owner }) };
  writeSandboxState(folder, state);
  onProgress(`SANDBOX instead of Stripe on ${running.url}: no real money moves.`);
  return { state, running };
}

function isOwned(state: SandboxState | undefined): boolean {
  return state?.owner !== undefined && isAlive(state.owner);
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function urlOf({ port }: SandboxState): string {
  return `http://127.0.0.1:${port}`;
}

function withoutOwner({ port, secretKey, webhookSecret, seed }: SandboxState): SandboxState {
  return { port, secretKey, webhookSecret, seed };
}

/** Whether it is this sandbox that listens there: another program may have got the port. */
async function answers(state: SandboxState): Promise<boolean> {
  try {
    const response = await fetch(`${urlOf(state)}/_sandbox/state`, { signal: AbortSignal.timeout(JOIN_MS_MAX) });
    const told: unknown = await response.json();
    return typeof told === 'object' && told !== null && 'sandbox' in told && told.sandbox === true;
  } catch {
    return false;
  }
}
