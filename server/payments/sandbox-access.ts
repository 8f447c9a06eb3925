import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import type { Logger } from 'pino';
import { Refusal } from '../../programs/refusal.ts';
import type { Clock } from '../clock.ts';
import { startSandbox, type RunningSandbox } from './sandbox/sandbox-server.ts';
import type { StripeAccess } from './stripe/stripe-client.ts';

/** What a person is told wherever money could be thought to move. */
export const SANDBOX_NOTICE = 'SANDBOX: no STRIPE_SECRET_KEY is set, so no real money moves.';

/** A key that no Stripe knows: whatever happens, it cannot move money. */
const SANDBOX_KEY = 'sk_test_sandbox_moves_no_money';
/** After so long a sandbox whose process was killed counts as gone. */
const STALE_MS = 5_000;
const ATTEMPTS_MAX = 30;
const ATTEMPT_MS = 250;
const PING_MS_MAX = 1_000;

export interface SandboxPlace {
  /** Where its journal is kept, and where processes of one machine find each other's; absent: in memory, for this process alone. */
  readonly folder?: string;
  readonly webhookSecret: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The sandbox of this machine: started by whoever needs it first, used by all others. */
export interface SandboxAccess {
  /** Starts it unless it runs, here or in another process. */
  access(): Promise<StripeAccess & { readonly url: string }>;
  /** Where its webhooks go: the address of an API. Starts nothing. */
  sendWebhooksTo(url: string): Promise<void>;
  /** Ends it if it runs in this process. */
  close(): Promise<void>;
}

export function openSandboxAccess(place: SandboxPlace): SandboxAccess {
  let opening: Promise<Held> | undefined;
  let held: Held | undefined;
  let webhookUrl: string | undefined;
  const { folder } = place;

  async function open(): Promise<string> {
    if (held !== undefined) return held.url;
    if (folder !== undefined) {
      const other = await runningElsewhere(folder);
      if (other !== undefined) return other;
    }
    opening ??= start(place, webhookUrl).finally(() => (opening = undefined));
    held = await opening;
    return held.url;
  }

  return {
    access: async () => ({ secretKey: SANDBOX_KEY, url: await open() }),
    async sendWebhooksTo(url) {
      webhookUrl = url;
      if (folder !== undefined) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(path.join(folder, WEBHOOK_URL), url);
      }
      const running = held?.url ?? (folder === undefined ? undefined : await runningElsewhere(folder));
      if (running === undefined) return;
      await fetch(`${running}/_sandbox/webhook_endpoint`, { method: 'POST', body: JSON.stringify({ url }) });
    },
    async close() {
      await (await opening)?.close();
      await held?.close();
      held = undefined;
    },
  };
}

interface Held {
  readonly url: string;
  close(): Promise<void>;
}

const ADDRESS = 'address';
const WEBHOOK_URL = 'webhook-url';

/** Starts it, or finds that another process was quicker. Throws `unavailable` / `provider_unavailable`. */
async function start(
  { folder, webhookSecret, clock, log }: SandboxPlace,
  webhookUrl: string | undefined,
): Promise<Held> {
  const run = (url: string | undefined, file?: string): Promise<RunningSandbox> =>
    startSandbox({
      webhookSecret,
      clock,
      seed: randomBytes(8).toString('hex'),
      onTrouble: (trouble) => log.error({ trouble }, 'the SANDBOX of payments had trouble'),
      ...(file === undefined ? {} : { file }),
      ...(url === undefined ? {} : { webhookUrl: url }),
    });
  if (folder === undefined) return run(webhookUrl);
  mkdirSync(folder, { recursive: true });
  for (let left = ATTEMPTS_MAX; left > 0; left -= 1) {
    const release = await lockOf(folder, log);
    if (release !== undefined) {
      const sandbox = await run(
        webhookUrl ?? textOf(path.join(folder, WEBHOOK_URL)),
        path.join(folder, 'journal.jsonl'),
      );
      writeFileSync(path.join(folder, ADDRESS), sandbox.url);
      log.info({ url: sandbox.url }, 'the SANDBOX of payments runs here; no real money moves');
      return {
        url: sandbox.url,
        async close() {
          await sandbox.close();
          await release();
        },
      };
    }
    const other = await runningElsewhere(folder);
    if (other !== undefined) return { url: other, close: () => Promise.resolve() };
    await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
  }
  throw new Refusal(
    'unavailable',
    'provider_unavailable',
    `The sandbox of payments in ${folder} is held and does not answer.`,
  );
}

/** The lock of the journal; undefined while another process holds it. */
async function lockOf(folder: string, log: Logger): Promise<(() => Promise<void>) | undefined> {
  const onCompromised = (error: Error): void => log.error({ err: error }, 'the SANDBOX of payments lost its lock');
  try {
    return await lockfile.lock(folder, { stale: STALE_MS, lockfilePath: path.join(folder, 'lock'), onCompromised });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') return undefined;
    throw error;
  }
}

/** The address of a sandbox that answers, as another process wrote it down. */
async function runningElsewhere(folder: string): Promise<string | undefined> {
  const url = textOf(path.join(folder, ADDRESS));
  if (url === undefined || !/^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url)) return undefined;
  try {
    const { ok } = await fetch(`${url}/_sandbox/state`, { signal: AbortSignal.timeout(PING_MS_MAX) });
    return ok ? url : undefined;
  } catch {
    // Nobody there any more: the address is of a process that is gone.
    return undefined;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
