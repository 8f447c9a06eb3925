import { formatMoney, type Money } from '../../programs/money.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import { deterministicId } from '../database/ids.ts';
import type { ProviderName } from '../payments/payment-port.ts';
import { providerOf } from '../payments/provider-of.ts';
import type { Services } from '../services.ts';
import { depositAccount, returnableTo } from './deposit-accounts.ts';
import { noteDepositLevel } from './note-deposit-level.ts';
import { utcDay } from './open-envelope.ts';

export interface WithdrawDeposit {
  readonly actor: ActorOf<'operator'>;
  readonly platformId: string;
  readonly amount: Money;
  /** From whose cash it was paid back; never Stripe's (`assertBookedByHand`). */
  readonly provider: ProviderName;
  /** Of the payment that a person made, as the bank or provider knows it: the same again books nothing. */
  readonly reference: string;
}

/**
 * Books that a part of a deposit was paid back to its platform; what envelopes hold stays. Answers false when the reference
 * was booked before. Throws `withdrawal_books_itself`, `deposit_too_small`, `provider_not_configured`, and
 * `deposit_withdrawal_refused` where the reference was used for another payment.
 */
export async function withdrawDeposit(services: Services, input: WithdrawDeposit): Promise<boolean> {
  const { actor, platformId, amount, provider, reference } = input;
  const { currency } = amount;
  assertBookedByHand(provider);
  const now = services.clock.now();
  const deposit = depositAccount(platformId, currency);
  const available = await returnableTo(services, { platformId, currency });
  const cash = providerOf(services, provider).cashAccount(currency);
  const key = `withdrawn:${deterministicId('top', platformId, reference)}`;
  const ofKey = { _id: { $gte: `${key}:`, $lt: `${key};` } };
  const booked = await services.models.transfers.findOne(ofKey).lean();
  if (booked?.debit === deposit && booked.credit === cash && booked.amount === amount.amount) return false;
  if (!booked && available < amount.amount) throw tooSmall(available, currency);
  // A refused id stays refused (M2); a person who comes again, now that the money is there, decides anew.
  const id = booked?._id ?? `${key}:${1 + (await services.models.ledgerRefusals.countDocuments(ofKey))}`;
  const result = await services.ledger.commit({
    id,
    transfers: [
      {
        id,
        kind: 'deposit_withdrawn',
        type: 'posted',
        debit: deposit,
        credit: cash,
        amount: amount.amount,
        effectiveOn: utcDay(now),
        refs: { platformId },
      },
    ],
  });
  if (result.status === 'refused') {
    if (result.code === 'exceeds_funds') throw tooSmall(available, currency);
    throw new Refusal('conflict', 'deposit_withdrawal_refused', `The ledger refuses this: ${result.message}`);
  }
  services.log.info({ platformId, ...amount, actor: actorName(actor), reference }, 'deposit withdrawn');
  await noteDepositLevel(services, { platformId, currency });
  return result.status === 'committed';
}

/**
 * Only what nobody tells us of is booked by hand: Stripe tells of its refunds (`recordTopUpReversal`), and a withdrawal beside
 * one would take the same money from the deposit twice. Throws `unprocessable` / `withdrawal_books_itself`.
 */
export function assertBookedByHand(provider: ProviderName): void {
  if (provider !== 'stripe') return;
  throw new Refusal(
    'unprocessable',
    'withdrawal_books_itself',
    'Refund it at Stripe: it is booked by itself when Stripe tells it.',
  );
}

const tooSmall = (available: number, currency: string): Refusal =>
  new Refusal(
    'conflict',
    'deposit_too_small',
    `The deposit, or the cash that it is paid from, does not hold as much: ${formatMoney({ amount: available, currency })} of the deposit is available.`,
  );
