import type { Models } from '../../database/models.ts';
import type { PayoutOrder } from '../payment-port.ts';

/**
 * To which recipients a payout was ever sent. Stripe lists outbound payments by recipient and not by metadata, so this is
 * what makes a payout findable after a crash in the middle of the call.
 */
export interface SentLog {
  /** Durable when it returns. */
  note(order: SentOrder, recipient: string): Promise<void>;
  /** Whether a call that moves money may have gone out under the order's key before. */
  mayHaveSent(order: SentOrder): Promise<boolean>;
  recipientsOf(payoutId: string): Promise<readonly string[]>;
}

export type SentOrder = Pick<PayoutOrder, 'payoutId' | 'idempotencyKey'>;

export function openSentLog(models: Pick<Models, 'providerSends'>): SentLog {
  return {
    async note({ payoutId, idempotencyKey }, recipient) {
      await models.providerSends.updateOne(
        { _id: payoutId },
        { $addToSet: { recipients: recipient, keys: idempotencyKey } },
        { upsert: true },
      );
    },
    async mayHaveSent({ payoutId, idempotencyKey }) {
      return (await models.providerSends.exists({ _id: payoutId, keys: idempotencyKey })) !== null;
    },
    async recipientsOf(payoutId) {
      const sent = await models.providerSends.findById(payoutId).lean();
      return sent?.recipients ?? [];
    },
  };
}
