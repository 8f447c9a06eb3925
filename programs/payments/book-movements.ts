import { negateMoney, type Money } from '../money.ts';
import type { AccountId } from '../ledger/chart.ts';
import type { TransferKind } from '../ledger/transfer-kinds.ts';
import type { DirectTransfer, TransferRefs } from '../ledger/transfer.ts';

/** What every transfer of one booking shares. */
export interface Booking {
  /** `<business key>:<n>`: n rises only by a person's decision to try a refused booking anew (M2). */
  readonly id: string;
  readonly effectiveOn: string;
  readonly refs: TransferRefs;
}

/**
 * A provider settled: what was in clearing is cash, and its fee is booked apart from it, so that gross and fee can both be
 * read. Money that went back (negative gross) leaves cash for clearing; a fee given back comes the other way.
 */
export function settlementTransfers(
  booking: Booking,
  { gross, fee }: { readonly gross: Money; readonly fee: Money },
  { cash, clearing, fees }: { readonly cash: AccountId; readonly clearing: AccountId; readonly fees: AccountId },
): readonly DirectTransfer[] {
  return [
    ...moved(booking, 'clearing_settled', gross, { debit: cash, credit: clearing }),
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

/** One posted transfer, the other way round for a negative amount, none for zero. */
function moved(
  { id, effectiveOn, refs }: Booking,
  kind: TransferKind,
  amount: Money,
  { debit, credit }: { readonly debit: AccountId; readonly credit: AccountId },
): readonly DirectTransfer[] {
  if (amount.amount === 0) return [];
  if (amount.amount < 0) {
    return moved({ id, effectiveOn, refs }, kind, negateMoney(amount), { debit: credit, credit: debit });
  }
  return [{ id, kind, type: 'posted', debit, credit, amount: amount.amount, effectiveOn, refs }];
}
