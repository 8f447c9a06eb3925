import type { Money } from '../money.ts';
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
