import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { openSandbox, setSandboxWebhookUrl } from './sandbox/open-sandbox.ts';
import { startSandbox } from './sandbox/sandbox-server.ts';
import type { StripeAccess } from './stripe/stripe-client.ts';

/** What a person is told wherever money could be thought to move. */
export const SANDBOX_NOTICE = 'SANDBOX: no STRIPE_SECRET_KEY is set, so no real money moves.';

/** A key that no Stripe knows: whatever happens, it cannot move money. */
const SANDBOX_KEY = 'sk_test_sandbox_moves_no_money';

export interface SandboxPlace {
  /** Where all processes of an installation find the same one; absent: in memory, for this process alone. */
  readonly folder?: string;
  readonly webhookSecret: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The sandbox instead of Stripe: it starts at the first call that needs it. */
export interface SandboxAccess {
  /** Starts it, or joins the one that runs. */
  access(): Promise<StripeAccess & { readonly url: string }>;
  /** Where its webhooks go: the address of an API. Starts nothing. */
  sendWebhooksTo(url: string): Promise<void>;
  /** Ends it if it runs in this process. */
  close(): Promise<void>;
}

export function openSandboxAccess({ folder, webhookSecret, clock, log }: SandboxPlace): SandboxAccess {
  let opened: Promise<{ readonly url: string; close(): Promise<void> }> | undefined;
  let webhookUrl: string | undefined;
  const onTrouble = (trouble: string): void => log.error({ trouble }, 'the SANDBOX of payments had trouble');

  const open = () =>
    folder === undefined
      ? startSandbox({
          ...{ webhookSecret, clock, onTrouble, seed: randomBytes(8).toString('hex') },
          ...(webhookUrl === undefined ? {} : { webhookUrl }),
        })
      : openSandbox(folder, { webhookSecret, clock, onTrouble, onProgress: (line) => log.info(line) });

  return {
    async access() {
      opened ??= open().catch((error: unknown) => {
        // The next call may find it in order.
        opened = undefined;
        throw error;
      });
      return { secretKey: SANDBOX_KEY, url: (await opened).url };
    },
    async sendWebhooksTo(url) {
      webhookUrl = url;
      if (folder !== undefined) await setSandboxWebhookUrl(folder, url);
    },
    async close() {
      await (await opened)?.close();
      opened = undefined;
    },
  };
}
