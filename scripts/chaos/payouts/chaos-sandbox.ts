import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultRule } from '../../../server/payments/sandbox/faults.ts';
import { waitUntil } from '../../../server/database/embedded/wait-until.ts';
import type { ScratchFolder } from '../../../server/database/testing/scratch-folder.ts';
import { steadyPort } from '../steady-port.ts';
import { startChaosProcess, type ChaosProcess } from './chaos-process.ts';

/** What the fake's own books say, as far as chaos compares it. */
export interface SandboxBooks {
  readonly sentByPayout: Readonly<Record<string, number>>;
  readonly balances: readonly { readonly currency: string; readonly available: number; readonly pending: number }[];
  readonly breaches: readonly string[];
  readonly effects: readonly SandboxEffect[];
}

/** Something that moved because somebody asked. */
export interface SandboxEffect {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  /** Of a payout its id. */
  readonly businessKey: string | null;
}

/** The fake of Stripe as a process, always on the same port and file. */
export interface ChaosSandbox {
  readonly url: string;
  start(): Promise<void>;
  /** Answers whether it was still alive. */
  kill(): Promise<boolean>;
  order(rules: readonly FaultRule[]): Promise<void>;
  /** Calls that met an ordered fault since it was last started. */
  faultsMet(): Promise<number>;
  books(): Promise<SandboxBooks>;
  control(path: string, body: object): Promise<unknown>;
}

const START_MS_MAX = 30_000;

export async function openChaosSandbox(
  scratch: ScratchFolder,
  { logFile, webhookUrl, webhookSecret }: { logFile: string; webhookUrl: string; webhookSecret: string },
): Promise<ChaosSandbox> {
  const port = await steadyPort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['--port', String(port), '--file', join(scratch.path, 'sandbox.jsonl')];
  args.push('--webhook-url', webhookUrl, '--webhook-secret', webhookSecret);
  let running: ChaosProcess | undefined;

  async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${url}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`The sandbox refused ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  return {
    url,
    async start() {
      const script = '../../../server/payments/sandbox/main.ts';
      running = startChaosProcess({ scratch, script, args, environment: {}, logFile, onLine: () => undefined });
      const up = await waitUntil(START_MS_MAX, async () => {
        if (running?.hasEnded() === true) return 'ended';
        return call('GET', 'state').then(
          () => 'up',
          () => undefined,
        );
      });
      if (up !== 'up') throw new Error('The sandbox did not start: see its log.');
    },
    async kill() {
      const wasAlive = (await running?.kill()) ?? false;
      // Its port is free only when the system says so.
      await pause(50);
      return wasAlive;
    },
    order: async (rules) => void (await call('POST', 'faults', { rules })),
    async faultsMet() {
      const state = await call('GET', 'state');
      return isState(state) ? state.faultsMet : 0;
    },
    async books() {
      const books = await call('GET', 'books');
      if (!isBooks(books)) throw new Error('The sandbox has no books.');
      return books;
    },
    control: (path, body) => call('POST', path, body),
  };
}

function isState(value: unknown): value is { readonly faultsMet: number } {
  return typeof value === 'object' && value !== null && 'faultsMet' in value && typeof value.faultsMet === 'number';
}

function isBooks(value: unknown): value is SandboxBooks {
  return typeof value === 'object' && value !== null && 'sentByPayout' in value && 'effects' in value;
}
