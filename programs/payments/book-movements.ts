import type { Money } from '../money.ts';
import { moved, type Booking } from '../ledger/booking.ts';
import type { AccountId } from '../ledger/chart.ts';
import type { DirectTransfer } from '../ledger/transfer.ts';
import type { FactOf } from './payment-fact.ts';

/** Where a provider's money stands in the books. */
export interface ProviderAccounts {
  readonly cash: AccountId;
  readonly clearing: AccountId;
  readonly disputed: AccountId;
  readonly fees: AccountId;
}

/**
 * A provider settled: what was in clearing is cash, and its fee is booked apart from it, so that gross and fee can both be
 * read. Money that went back (negative gross) leaves cash for clearing; a fee given back comes the other way. What is in
 * dispute leaves cash for an account of its own, for it may stay there for months, and clearing returns to zero in days (L9).
 */
export function settlementTransfers(
  booking: Booking,
  { gross, fee, of }: Pick<FactOf<'payment_settled'>, 'gross' | 'fee' | 'of'>,
  { cash, clearing, disputed, fees }: ProviderAccounts,
): readonly DirectTransfer[] {
  return [
    ...(of === 'dispute'
      ? moved(booking, 'dispute_held', gross, { debit: cash, credit: disputed })
      : moved(booking, 'clearing_settled', gross, { debit: cash, credit: clearing })),
    ...moved({ ...booking, id: `${booking.id}:fee` }, 'provider_fee', fee, { debit: fees, credit: cash }),
  ];
}

/** Money that arrived at a bank and names nothing we know: it is there, and it is not ours yet. */
export function unidentifiedTransfers(
  booking: Booking,
  amount: Money,
  { cash, unidentified }: { readonly cash: AccountId; readonly unidentified: AccountId },
): readonly DirectTransfer[] {
  return moved(booking, 'bank_received', amount, { debit: cash, credit: unidentified });
}

/** Money moved between two cash accounts of ours (M6). */
export function sweepTransfers(
  booking: Booking,
  amount: Money,
  { from, to }: { readonly from: AccountId; readonly to: AccountId },
): readonly DirectTransfer[] {
  return moved(booking, 'cash_swept', amount, { debit: to, credit: from });
}
