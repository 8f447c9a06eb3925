import { subtractMoney, money, type Money } from '../money.ts';
import { moved, type Booking } from './booking.ts';
import { accountId, type AccountId } from './chart.ts';
import type { DirectTransfer } from './transfer.ts';

/*
 * The money of charity programs (H5, H6). What a program has at its disposal stands on one limited account, its fund: it is
 * credited with gifts, gross, and debited with everything that uses them. `check-program.ts` reads from the kinds what a
 * gift became; the sum holds to the cent.
 */

/** A program's money in one booking. */
interface ProgramMoney {
  readonly programId: string;
  readonly amount: Money;
}

const fundOf = ({ programId, amount }: ProgramMoney): AccountId =>
  accountId('program:*:fund', amount.currency, programId);
const poolOf = ({ programId, amount }: ProgramMoney): AccountId =>
  accountId('program:*:claims_pool', amount.currency, programId);
const deficitOf = ({ programId, amount }: ProgramMoney): AccountId =>
  accountId('program:*:deficit', amount.currency, programId);

/** A gift was paid, gross: into clearing where a provider holds it, into cash where it came to our bank. */
export const donationReceived = (
  booking: Booking,
  gift: ProgramMoney & { readonly into: AccountId },
): readonly DirectTransfer[] =>
  moved(booking, 'donation_received', gift.amount, { debit: gift.into, credit: fundOf(gift) });

/** Somebody matched a gift, out of an account of theirs or from outside. */
export const donationMatched = (
  booking: Booking,
  match: ProgramMoney & { readonly from: AccountId },
): readonly DirectTransfer[] =>
  moved(booking, 'donation_matched', match.amount, { debit: match.from, credit: fundOf(match) });

/** What a provider kept of a gift is borne by the gift's program: net is what is left (H5). */
export const donationFee = (
  booking: Booking,
  fee: ProgramMoney & { readonly keptFrom: AccountId },
): readonly DirectTransfer[] =>
  moved(booking, 'donation_fee', fee.amount, { debit: fundOf(fee), credit: fee.keptFrom });

/** A voluntary refund, by the original method; it reaches only what the fund still has (H6): else `exceeds_funds`. */
export const donationRefunded = (
  booking: Booking,
  refund: ProgramMoney & { readonly backThrough: AccountId },
): readonly DirectTransfer[] =>
  moved(booking, 'donation_refunded', refund.amount, { debit: fundOf(refund), credit: refund.backThrough });

/**
 * A lost dispute takes what is available, then makes a deficit (H6). `available`: what the fund has, as it was read; when it
 * has less by then the unit is refused, and is to be made anew. `takenFrom`: the provider's disputed account.
 */
export function donationDisputed(
  booking: Booking,
  lost: ProgramMoney & { readonly takenFrom: AccountId; readonly available: Money },
): readonly DirectTransfer[] {
  const { amount, available, takenFrom } = lost;
  const covered = money(Math.max(0, Math.min(amount.amount, available.amount)), amount.currency);
  return [
    ...moved(booking, 'donation_disputed', covered, { debit: fundOf(lost), credit: takenFrom }),
    ...moved({ ...booking, id: `${booking.id}:deficit` }, 'donation_disputed', subtractMoney(amount, covered), {
      debit: deficitOf(lost),
      credit: takenFrom,
    }),
  ];
}

/** Unrestricted gifts make up for a deficit (H6): those of the program itself, or of another's fund. */
export const deficitRepaired = (
  booking: Booking,
  repair: ProgramMoney & { readonly from?: AccountId },
): readonly DirectTransfer[] =>
  moved(booking, 'deficit_repaired', repair.amount, {
    debit: repair.from ?? fundOf(repair),
    credit: deficitOf(repair),
  });

/** A pooled program's cover reserves its share for claims (H2). */
export const poolReserved = (booking: Booking, share: ProgramMoney): readonly DirectTransfer[] =>
  moved(booking, 'pool_reserved', share.amount, { debit: fundOf(share), credit: poolOf(share) });

/** The cover ended: what its share has left is at the program's disposal again. */
export const poolReleased = (booking: Booking, share: ProgramMoney): readonly DirectTransfer[] =>
  moved(booking, 'pool_released', share.amount, { debit: poolOf(share), credit: fundOf(share) });

/** A program pays for people: premium to a carrier (H2), or a provider's bill. Payouts to persons are payouts. */
export const programSpent = (
  booking: Booking,
  spent: ProgramMoney & { readonly to: AccountId; readonly from?: 'fund' | 'pool' },
): readonly DirectTransfer[] =>
  moved(booking, 'program_spent', spent.amount, {
    debit: spent.from === 'pool' ? poolOf(spent) : fundOf(spent),
    credit: spent.to,
  });

/** Administrative cost, out of the fund within its cap (H11). */
export const programExpense = (
  booking: Booking,
  cost: ProgramMoney & { readonly cash: AccountId },
): readonly DirectTransfer[] =>
  moved(booking, 'program_expense', cost.amount, { debit: fundOf(cost), credit: cost.cash });

/** What was paid in error and will not come back: the program bears what its debtor still owed. */
export const programLoss = (
  booking: Booking,
  loss: ProgramMoney & { readonly personId: string },
): readonly DirectTransfer[] =>
  moved(booking, 'program_loss', loss.amount, {
    debit: fundOf(loss),
    credit: accountId('payee:*:receivable', loss.amount.currency, loss.personId),
  });
