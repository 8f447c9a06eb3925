import { accountId } from '../../programs/ledger/chart.ts';
import { money, type Money } from '../../programs/money.ts';
import { sweepTransfers } from '../../programs/payments/book-movements.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';

export interface SweepCash {
  readonly actor: ActorOf<'operator'>;
  /** Cash accounts by the name in `cash:<name>:<CURRENCY>`: a provider's or a bank's. */
  readonly from: string;
  readonly to: string;
  readonly amount: Money;
  /** The provider's payout (`po_...`) or the bank's reference: it is booked once, and the reconciliation finds it by it. */
  readonly reference: string;
  /** The day on which the money moved, for an accountant. */
  readonly on: string;
}

/**
 * Books that money moved between two cash accounts of ours (M6). Again is the same; after a refusal it is a new decision, so
 * under the next number (M2). Throws `invalid` / `sweep_invalid`, `conflict` / `booking_refused`.
 */
export async function sweepCash(
  { ledger, models }: Pick<Services, 'ledger' | 'models'>,
  sweep: SweepCash,
): Promise<'booked' | 'booked before'> {
  const { actor, from, to, amount, reference, on } = sweep;
  const name = /^[a-z0-9_-]{1,40}$/;
  const isRight = name.test(from) && name.test(to) && from !== to && /^[A-Za-z0-9_-]{3,80}$/.test(reference);
  if (!isRight || amount.amount <= 0) {
    throw new Refusal(
      'invalid',
      'sweep_invalid',
      'A sweep names two different cash accounts, an amount above zero and a reference of letters, digits, - and _.',
    );
  }
  const { currency } = amount;
  const booking = {
    id: await bookingId(models, reference),
    effectiveOn: on,
    refs: { reference, by: actorName(actor) },
  };
  const result = await ledger.commit({
    id: booking.id,
    transfers: sweepTransfers(booking, money(amount.amount, currency), {
      from: accountId('cash:*', currency, from),
      to: accountId('cash:*', currency, to),
    }),
  });
  if (result.status !== 'refused') return result.status === 'committed' ? 'booked' : 'booked before';
  throw new Refusal('conflict', 'booking_refused', `The ledger refuses the sweep (${result.code}): ${result.message}`);
}

/** That of the booking that is there, else the first that was not refused. A number follows only on a refused one, so one is booked at most. */
async function bookingId(models: Services['models'], reference: string): Promise<string> {
  const tries = new RegExp(`^sweep:${reference}:`);
  const booked = await models.transfers.findOne({ _id: tries }, { _id: 1 }).lean();
  if (booked !== null) return booked._id;
  return `sweep:${reference}:${(await models.ledgerRefusals.countDocuments({ _id: tries })) + 1}`;
}
