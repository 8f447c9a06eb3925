import { dayMs, type Instant } from '../../programs/calendar.ts';
import { money } from '../../programs/money.ts';
import { mendWhatIsOver, openException } from '../payments/exceptions.ts';
import type { Services } from '../services.ts';
import { RECONCILABLE } from './mongo-payout-store.ts';

/** After so long a provider has forgotten a payout, or will not end it: banks take three days. */
const STUCK_MS = 5 * dayMs;
const KIND = 'payout_stuck';

/**
 * Tells persons of payouts that a provider has had for five days without saying what became of them: their money stays
 * reserved, and nothing ends them by itself. The exception ends when the payout does. Safe to run twice.
 */
export async function tellStuckPayouts(
  services: Services,
  { now }: { readonly now: Instant },
): Promise<{ readonly stuck: number; readonly freed: number }> {
  const { models } = services;
  const states = [...RECONCILABLE];
  let stuck = 0;
  const found = models.payouts.find({ state: { $in: states }, stateSince: { $lte: new Date(now - STUCK_MS) } }).lean();
  for await (const { _id, provider, state, stateSince, amount } of found.cursor()) {
    const opened = await openException(services, {
      provider,
      kind: KIND,
      subject: _id,
      occurredAt: stateSince.getTime(),
      openedAt: now,
      message: `${provider} has had ${_id} since ${stateSince.toISOString()} and does not say what became of it (${state}): ask there.`,
      ours: { payoutId: _id, amount: money(amount.amount, amount.currency) },
    });
    if (opened) stuck += 1;
  }
  const isOver = async (_id: string) => (await models.payouts.exists({ _id, state: { $in: states } })) === null;
  const freed = await mendWhatIsOver(services, KIND, isOver, { note: 'It is known what became of the payout.', now });
  return { stuck, freed };
}
