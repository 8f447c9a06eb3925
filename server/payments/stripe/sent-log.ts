import type { Models } from '../../database/models.ts';

/**
 * To which recipients a payout was ever sent. Stripe lists outbound payments by recipient and not by metadata, so this is
 * what makes a payout findable after a crash in the middle of the call.
 */
export interface SentLog {
  /** Durable when it returns. */
  note(payoutId: string, recipient: string): Promise<void>;
  recipientsOf(payoutId: string): Promise<readonly string[]>;
}

export function openSentLog(models: Pick<Models, 'providerSends'>): SentLog {
  return {
    async note(payoutId, recipient) {
      await models.providerSends.updateOne(
        { _id: payoutId },
        { $addToSet: { recipients: recipient } },
        { upsert: true },
      );
    },
    async recipientsOf(payoutId) {
      const sent = await models.providerSends.findById(payoutId).lean();
      return sent?.recipients ?? [];
    },
  };
}
