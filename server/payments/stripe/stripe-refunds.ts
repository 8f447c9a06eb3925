import type { Stripe } from 'stripe';
import { formatMoney } from '../../../programs/money.ts';
import { Refusal } from '../../../programs/refusal.ts';
import type { MadeRefund, RefundOrder } from '../readable-provider.ts';
import { toStripeAmount } from './stripe-amounts.ts';
import { certainly } from './stripe-answer.ts';

/** Marks a refund as ours: Stripe forgets idempotency keys after a day, and what stands in metadata never. */
const KEY = 'refundKey';

/** The refund that was made under a key; undefined when there is none. Throws `provider_unavailable`, `payment_not_paid`. */
export async function findStripeRefund(
  stripe: Stripe,
  { paymentRef, key }: Pick<RefundOrder, 'paymentRef' | 'key'>,
): Promise<MadeRefund | undefined> {
  return certainly(async () => findMade(stripe, await intentOf(stripe, paymentRef), key));
}

/**
 * Gives back a part of what was paid on a checkout page, once for each key: within a day Stripe knows the key, later the
 * refund is found by it. Throws `provider_unavailable`, `provider_refused`, `payment_not_paid`.
 */
export async function refundStripePayment(stripe: Stripe, order: RefundOrder): Promise<MadeRefund> {
  const { paymentRef, amount, key } = order;
  const asked = toStripeAmount(amount, 'charge');
  if (asked === undefined) {
    throw new Refusal('conflict', 'provider_refused', `Stripe cannot give back exactly ${formatMoney(amount)}.`);
  }
  return certainly(async () => {
    const intent = await intentOf(stripe, paymentRef);
    const made = await findMade(stripe, intent, key);
    if (made !== undefined) return made;
    const { id } = await stripe.refunds.create(
      { payment_intent: intent, amount: asked.amount, metadata: { [KEY]: key } },
      { idempotencyKey: `refund:${key}` },
    );
    return { refundRef: id };
  });
}

async function intentOf(stripe: Stripe, sessionId: string): Promise<string> {
  const { payment_intent: intent, payment_status: status } = await stripe.checkout.sessions.retrieve(sessionId);
  const id = typeof intent === 'string' ? intent : intent?.id;
  if (id !== undefined && status === 'paid') return id;
  throw new Refusal('conflict', 'payment_not_paid', `Nothing was paid on the page ${sessionId}.`);
}

async function findMade(stripe: Stripe, intent: string, key: string): Promise<MadeRefund | undefined> {
  for await (const { id, metadata } of stripe.refunds.list({ payment_intent: intent, limit: 100 })) {
    if (metadata?.[KEY] === key) return { refundRef: id };
  }
  return undefined;
}
