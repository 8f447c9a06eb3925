import type { Money } from '../money.ts';
import { moved, type Booking } from './booking.ts';
import { accountId, type AccountId } from './chart.ts';
import type { DirectTransfer } from './transfer.ts';

interface CarrierMoney {
  readonly carrierId: string;
  /** Above zero. */
  readonly amount: Money;
  readonly effectiveOn: string;
}

/** Premium owed to a carrier stays with us, to pay its claims (M4); once for a settlement. */
export function netPremium(
  settlementId: string,
  { carrierId, amount: { amount, currency }, effectiveOn }: CarrierMoney,
): DirectTransfer {
  return {
    id: `settlement:${settlementId}:netted`,
    type: 'posted',
    kind: 'premium_netted',
    debit: accountId('carrier:*:premium_payable', currency, carrierId),
    credit: accountId('carrier:*:claims_float', currency, carrierId),
    ...{ amount, effectiveOn, refs: { settlementId, carrierId } },
  };
}

/** A carrier paid into its claims float; `ref` is the payment's own, by which it is booked once. */
export function fundFloat(
  ref: string,
  cash: AccountId,
  { carrierId, amount: { amount, currency }, effectiveOn }: CarrierMoney,
): DirectTransfer {
  return {
    id: `float:${carrierId}:${ref}`,
    type: 'posted',
    kind: 'float_funded',
    debit: cash,
    credit: accountId('carrier:*:claims_float', currency, carrierId),
    ...{ amount, effectiveOn, refs: { carrierId, ref } },
  };
}

/** Premium that was owed to a carrier was paid to it. */
export const settlePremium = (
  booking: Booking,
  { carrierId, cash, amount }: { readonly carrierId: string; readonly cash: AccountId; readonly amount: Money },
): readonly DirectTransfer[] =>
  moved(booking, 'premium_settled', amount, {
    debit: accountId('carrier:*:premium_payable', amount.currency, carrierId),
    credit: cash,
  });

/** A levy was paid to its authority. */
export const settleLevy = (
  booking: Booking,
  { authority, cash, amount }: { readonly authority: string; readonly cash: AccountId; readonly amount: Money },
): readonly DirectTransfer[] =>
  moved(booking, 'levy_settled', amount, {
    debit: accountId('levy:*:payable', amount.currency, authority),
    credit: cash,
  });

/** A carrier took back what its claims float has beyond its needs; never more than it has. */
export const returnFloat = (
  booking: Booking,
  { carrierId, cash, amount }: { readonly carrierId: string; readonly cash: AccountId; readonly amount: Money },
): readonly DirectTransfer[] =>
  moved(booking, 'float_returned', amount, {
    debit: accountId('carrier:*:claims_float', amount.currency, carrierId),
    credit: cash,
  });

/** A carrier without a float refunded claims that were paid for it. */
export const refundClaims = (
  booking: Booking,
  { carrierId, cash, amount }: { readonly carrierId: string; readonly cash: AccountId; readonly amount: Money },
): readonly DirectTransfer[] =>
  moved(booking, 'claims_refunded', amount, {
    debit: cash,
    credit: accountId('carrier:*:claims_receivable', amount.currency, carrierId),
  });
