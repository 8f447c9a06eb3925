import { addMoney, compareMoney, money, subtractMoney, zeroMoney, type Money } from '../money.ts';

/** What a month owes to a carrier, in one currency. */
export interface MonthOwed {
  /** The carrier's share of the month's premium; negative where credits prevail. */
  readonly payable: Money;
  /** The part of `payable` under policies that allow premium to be netted with claims (M4); negative likewise. */
  readonly nettable: Money;
  /** What the settlement before left over: zero, or negative when the carrier had been paid more than it earned. */
  readonly carriedIn: Money;
}

/** `payable + carriedIn = netted + toPay + carriedOut`, to the cent. */
export interface MonthSettled {
  /** Moved from the premium payable to the carrier's claims float; never negative. */
  readonly netted: Money;
  /** Paid out to the carrier; never negative. */
  readonly toPay: Money;
  /** Zero, or negative: what credits took back beyond the month's premium, to be made up for by the next. */
  readonly carriedOut: Money;
}

/**
 * Divides what a month owes. Nothing is asked back from a carrier: what credits take beyond the month's premium waits
 * for the next one. What was left over before comes first, then netting, and the carrier is paid the rest; so never more
 * is netted than is owed.
 */
export function settleMonth({ payable, nettable, carriedIn }: MonthOwed): MonthSettled {
  const { currency } = payable;
  const zero = zeroMoney(currency);
  if (compareMoney(carriedIn, zero) > 0)
    throw new RangeError('A settlement leaves nothing over in favour of a carrier.');
  const owed = addMoney(payable, carriedIn);
  if (owed.amount <= 0) return { netted: zero, toPay: zero, carriedOut: owed };
  const netted = money(Math.min(owed.amount, Math.max(0, nettable.amount)), currency);
  return { netted, toPay: subtractMoney(owed, netted), carriedOut: zero };
}
