import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Money } from '../../programs/money.ts';
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
  /** Puts money into it that moves nowhere else, once for an id (`tu_...`): so that it can pay out. */
  fund(topUp: { readonly id: string; readonly amount: Money }): Promise<void>;
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

  const access = async () => {
    opened ??= open().catch((error: unknown) => {
      // The next call may find it in order.
      opened = undefined;
      throw error;
    });
    return { secretKey: SANDBOX_KEY, url: (await opened).url };
  };

  return {
    access,
    async fund({ id, amount: { amount, currency } }) {
      const { url } = await access();
      // As Stripe counts: the demo's currencies have the exponents of ISO 4217 there too.
      const body = JSON.stringify({ id, amount, currency: currency.toLowerCase() });
      const response = await fetch(`${url}/_sandbox/fund`, { method: 'POST', body });
      if (!response.ok) throw new Error(`The SANDBOX did not take the money: ${await response.text()}`);
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
