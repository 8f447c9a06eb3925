import type { Instant } from '../calendar.ts';
import type { AccountId } from './chart.ts';
import type { TransferKind } from './transfer-kinds.ts';

/** What a transfer points to, for whoever explains it later: ids only, never personal data. */
export type TransferRefs = Readonly<Record<string, string>>;

interface Common {
  /** Made by the caller from the business fact, so that a retry is the same transfer: `<business key>:<n>` (M2). */
  readonly id: string;
  readonly kind: TransferKind;
  /** The local day to which an accountant counts it; a closed month takes nothing (M10). `YYYY-MM-DD` */
  readonly effectiveOn: string;
  readonly refs?: TransferRefs;
}

/** Moves an amount from the credit side of one account to another, at once or in two phases. */
export interface DirectTransfer extends Common {
  /** `posted` is final; `pending` reserves until it is posted, voided or expires. */
  readonly type: 'posted' | 'pending';
  readonly debit: AccountId;
  readonly credit: AccountId;
  /** Minor units of the accounts' currency, a safe integer above zero (M1). */
  readonly amount: number;
  /** `pending` only. Claim and payout reservations never expire (M5). */
  readonly expiresAt?: Instant;
}

/** Ends a pending transfer; at most one of these ever exists for it. */
export interface ResolvingTransfer extends Common {
  readonly type: 'post' | 'void' | 'expire';
  /** The pending transfer. Accounts are its accounts. */
  readonly resolves: string;
  /** `post` only: at most what was reserved, default all of it; the rest is released. */
  readonly amount?: number;
}

export type NewTransfer = DirectTransfer | ResolvingTransfer;
