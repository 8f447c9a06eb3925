import type { Money } from '../../programs/money.ts';
import { Refusal } from '../../programs/refusal.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { deterministicId } from '../database/ids.ts';
import { toLong } from '../database/longs.ts';
import { providerOf } from '../payments/provider-of.ts';
import type { Services } from '../services.ts';
import { depositRows } from './deposit-accounts.ts';
import { TOP_UPS_BY, type TopUpDocument } from './deposit-models.ts';
import { topUpOf } from './record-top-up.ts';

export interface OpenTopUp {
  readonly platformId: string;
  /** The platform's own key of this top-up: the same again is the same top-up. */
  readonly reference: string;
  readonly amount: Money;
  /** Where the payer's browser goes afterwards. */
  readonly successUrl: string;
  readonly cancelUrl: string;
}

/**
 * A payment page on which a platform fills its deposit. Nothing is booked before the money is paid (`recordTopUp`). The
 * provider's key is stored before it is asked, so asking again after a crash finds the same page, and never a second one.
 *
 * Throws `top_up_reference_reused` (same reference, other content), `top_up_refused` by the provider, and
 * `provider_unavailable` when the provider did not answer: send the same again.
 */
export async function openTopUp(services: Services, input: OpenTopUp): Promise<TopUpDocument> {
  const topUp = await storeTopUp(services, input);
  if (topUp.state === 'refused') throw refused(topUp.message);
  if (topUp.state !== 'asked') return topUp;
  const { _id: topUpId, platformId, amount, currency, successUrl, cancelUrl, idempotencyKey } = topUp;
  const answer = await providerOf(services, TOP_UPS_BY).openTopUp({
    topUpId,
    platformId,
    amount: { amount, currency },
    idempotencyKey,
    successUrl,
    cancelUrl,
  });
  switch (answer.outcome) {
    case 'sent': {
      const { providerRef, payUrl } = answer;
      const found = { state: 'open', providerRef, ...(payUrl !== undefined && { payUrl }) };
      // Paid meanwhile: it stays so.
      await services.models.topUps.updateOne({ _id: topUpId, state: 'asked' }, { $set: found });
      return topUpOf(services, topUpId, platformId);
    }
    case 'refused':
      await services.models.topUps.updateOne(
        { _id: topUpId, state: 'asked' },
        { $set: { state: 'refused', message: answer.message } },
      );
      throw refused(answer.message);
    case 'try_again':
    case 'unknown':
      throw new Refusal(
        'unavailable',
        'provider_unavailable',
        'The payment provider did not answer: nothing was paid. Send the same request again.',
        { retryAfterSeconds: 5 },
      );
  }
}

const refused = (message = 'no reason was given'): Refusal =>
  new Refusal('unprocessable', 'top_up_refused', `The payment provider refused this top-up: ${message}`);

async function storeTopUp(services: Services, input: OpenTopUp): Promise<TopUpDocument> {
  const { platformId, reference, amount, successUrl, cancelUrl } = input;
  const _id = deterministicId('top', platformId, reference);
  const asked = { platformId, reference, currency: amount.currency, successUrl, cancelUrl };
  const fresh = {
    _id,
    ...asked,
    amount: toLong(amount.amount),
    state: 'asked',
    idempotencyKey: `${_id}:1`,
    createdAt: new Date(services.clock.now()),
  };
  try {
    await depositRows(services, 'top_ups').insertOne(fresh);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const stored = await topUpOf(services, _id, platformId);
  const same =
    stored.amount === amount.amount &&
    stored.currency === amount.currency &&
    stored.successUrl === successUrl &&
    stored.cancelUrl === cancelUrl;
  if (same) return stored;
  throw new Refusal(
    'conflict',
    'top_up_reference_reused',
    `The reference ${reference} came with another top-up before: choose a new one.`,
  );
}
