import Stripe from 'stripe';
import type { Clock } from '../../clock.ts';
import { metaOf } from './context.ts';
import type { DueWebhook, SandboxCore } from './sandbox-core.ts';

export interface SenderOptions {
  readonly core: SandboxCore;
  /** The sandbox's time, which decides what is due. */
  readonly clock: Clock;
  /** The receiver's time: signatures are dated by it, for it refuses old ones. */
  readonly receiverClock: Clock;
  readonly secret: string;
  /** Resolves when what is to be told is on the disk. */
  readonly flushed: () => Promise<void>;
}

const AT_ONCE = 8;
const ANSWER_MS_MAX = 10_000;

/** The header that proves to a receiver that the sandbox sent it: Stripe's own scheme, made by Stripe's own SDK. */
export function signWebhook(payload: string, secret: string, at: number): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(at / 1_000) });
}

/** Sends all webhooks that are due, a few at a time, and tells the core what became of each. Without an address they wait. */
export async function sendDueWebhooks(options: SenderOptions): Promise<void> {
  const { core, clock, flushed } = options;
  const url = metaOf(core.store).webhookUrl;
  if (url === null) return;
  const due = core.dueWebhooks(clock.now());
  if (due.length === 0) return;
  await flushed();
  for (let at = 0; at < due.length; at += AT_ONCE) {
    await Promise.all(
      due.slice(at, at + AT_ONCE).map(async (webhook) => {
        const ok = await post(url, webhook, options);
        core.webhookAnswered(webhook.deliveryId, ok, clock.now());
      }),
    );
  }
}

async function post(url: string, { payload }: DueWebhook, { secret, receiverClock }: SenderOptions): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signWebhook(payload, secret, receiverClock.now()),
        'user-agent': 'Parasol-SANDBOX/1.0 (not Stripe)',
      },
      body: payload,
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Nobody there, or too slow: the same as a bad answer, it is sent again.
    return false;
  }
}
