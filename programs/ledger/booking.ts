import { negateMoney, type Money } from '../money.ts';
import type { AccountId } from './chart.ts';
import type { TransferKind } from './transfer-kinds.ts';
import type { DirectTransfer, TransferRefs } from './transfer.ts';

/** What every transfer of one booking shares. */
export interface Booking {
  /** `<business key>:<n>`: n rises only by a person's decision to try a refused booking anew (M2). */
  readonly id: string;
  /** `YYYY-MM-DD` */
  readonly effectiveOn: string;
  readonly refs: TransferRefs;
}

/** One posted transfer, the other way round for a negative amount, none for zero. */
export function moved(
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
