import { formatMoney } from '../../programs/money.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import { deterministicId } from '../database/ids.ts';
import { readableProviderOf } from '../payments/provider-of.ts';
import type { MadeRefund } from '../payments/readable-provider.ts';
import type { Services } from '../services.ts';
import { returnableTo } from './deposit-accounts.ts';
import { topUpOf } from './record-top-up.ts';

export interface RefundTopUp {
  readonly actor: ActorOf<'operator'>;
  readonly platformId: string;
  /** The platform's own key of the top-up. */
  readonly reference: string;
  /** Minor units of the top-up's currency. */
  readonly amount: number;
  /** The clerk's own key of this refund: the same again is the same refund. */
  readonly key: string;
}

/**
 * Gives back a part of a top-up to who paid it, as far as the deposit holds it and nothing is owed. Nothing is booked here:
 * the provider tells of its refund as of any other (`record-top-up-reversal.ts`). Throws `top_up_not_found`,
 * `payment_not_paid`, `deposit_too_small`, `provider_refused`, `provider_unavailable` (send the same again).
 */
export async function refundTopUp(services: Services, input: RefundTopUp): Promise<MadeRefund> {
  const { actor, platformId, reference, amount } = input;
  const topUpId = deterministicId('top', platformId, reference);
  const { currency, providerRef } = await topUpOf(services, topUpId, platformId);
  if (providerRef === undefined) {
    throw new Refusal('conflict', 'payment_not_paid', `The top-up ${reference} has no page on which it was paid.`);
  }
  const provider = readableProviderOf(services, 'stripe');
  const order = { paymentRef: providerRef, amount: { amount, currency }, key: `${topUpId}:${input.key}` };
  const before = await provider.findRefund(order);
  if (before !== undefined) return before;
  const available = await returnableTo(services, { platformId, currency });
  if (amount > available) {
    const message = `Of the deposit ${formatMoney({ amount: available, currency })} can be given back.`;
    throw new Refusal('conflict', 'deposit_too_small', message);
  }
  const made = await provider.refundPayment(order);
  services.log.info({ topUpId, amount, currency, actor: actorName(actor), ...made }, 'a top-up was refunded');
  return made;
}
