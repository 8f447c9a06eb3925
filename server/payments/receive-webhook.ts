import type { Instant } from '../../programs/calendar.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { Services } from '../services.ts';
import { longMoney } from './long-money.ts';
import { readableProviderOf } from './provider-of.ts';

export interface ReceiveWebhook {
  readonly provider: 'stripe';
  /** The body as it came: one changed byte and the signature no longer fits. */
  readonly content: Uint8Array;
  readonly signature: string | undefined;
  readonly receivedAt: Instant;
}

/**
 * Checks a provider's webhook and stores it by its event id; again is the same. Nothing is made of it here: the provider
 * waits for the answer, and what it told is folded by the next tick. Throws what `ReadableProvider.receive` throws.
 */
export async function receiveWebhook(services: Services, input: ReceiveWebhook): Promise<{ readonly stored: boolean }> {
  const { provider, content, signature, receivedAt } = input;
  const event = await readableProviderOf(services, provider).receive(content, signature, receivedAt);
  const { eventId, type, subject, object, relevant, seen } = event;
  const document = {
    _id: `${provider}:${eventId}`,
    provider,
    eventId,
    type,
    subject,
    object,
    createdAt: new Date(event.createdAt),
    receivedAt: new Date(receivedAt),
    ...(seen === undefined ? {} : { seen: longMoney(seen) }),
    state: relevant ? 'new' : 'ignored',
    tries: 0,
    nextTryAt: new Date(receivedAt),
  };
  try {
    await services.database.db.collection<{ _id: string }>('provider_events').insertOne(document);
    return { stored: true };
  } catch (error) {
    if (isDuplicateKey(error)) return { stored: false };
    throw error;
  }
}
