import type { Instant } from '../calendar.ts';
import type { AccountId } from './chart.ts';
import type { TransferKind } from './transfer-kinds.ts';
import type { NewTransfer, TransferRefs } from './transfer.ts';
import type { UnitRefusal } from './unit-refusals.ts';

/** What an account's transfers add up to, in minor units. */
export interface AccountTotals {
  readonly debitsPending: number;
  readonly debitsPosted: number;
  readonly creditsPending: number;
  readonly creditsPosted: number;
  /** Transfers so far. */
  readonly seq: number;
}

export const EMPTY_TOTALS: AccountTotals = {
  debitsPending: 0,
  debitsPosted: 0,
  creditsPending: 0,
  creditsPosted: 0,
  seq: 0,
};

/** A reservation that others may end. */
export interface PendingTransfer {
  readonly debit: AccountId;
  readonly credit: AccountId;
  readonly amount: number;
  readonly expiresAt?: Instant;
  /** The transfer that ended it. */
  readonly resolvedBy?: string;
}

/** A transfer that was committed, as far as it is recognised again. */
export interface KnownTransfer {
  readonly hash: string;
  readonly unitId: string;
}

/** A transfer that was refused for good (M2). */
export interface KnownRefusal extends KnownTransfer {
  readonly refusal: UnitRefusal;
}

/**
 * What is known about the accounts, transfers and months that some units name. What is absent does not exist: whoever
 * loads it loads all of it, as of one moment.
 */
export interface LedgerState {
  readonly accounts: Map<AccountId, AccountTotals>;
  /** By id: those that are to be resolved. */
  readonly pending: Map<string, PendingTransfer>;
  /** By id: those that units would make. */
  readonly transfers: Map<string, KnownTransfer>;
  readonly refusals: Map<string, KnownRefusal>;
  /** `YYYY-MM` */
  readonly closedMonths: ReadonlySet<string>;
}

export function emptyState(closedMonths: Iterable<string> = []): LedgerState {
  return {
    accounts: new Map(),
    pending: new Map(),
    transfers: new Map(),
    refusals: new Map(),
    closedMonths: new Set(closedMonths),
  };
}

/** A transfer with the hash of what its caller gave. */
export interface HashedTransfer {
  readonly transfer: NewTransfer;
  readonly hash: string;
}

/** A unit, with the answer of the documents that it would write. */
export interface UnitToDecide {
  readonly id: string;
  readonly transfers: readonly HashedTransfer[];
  /** A guard does not hold (`guard_failed`), or a document is there already (`already_exists`). */
  readonly writesRefusal?: UnitRefusal;
}

/** A transfer in its stored form, but for when it was booked. */
export interface DecidedTransfer {
  readonly id: string;
  readonly unitId: string;
  readonly hash: string;
  readonly kind: TransferKind;
  readonly type: NewTransfer['type'];
  readonly debit: AccountId;
  readonly credit: AccountId;
  /** Of `void` and `expire`: what is released. */
  readonly amount: number;
  readonly currency: string;
  readonly resolves?: string;
  /** Of `post`: what was reserved. */
  readonly reserved?: number;
  readonly expiresAt?: Instant;
  readonly effectiveOn: string;
  readonly debitSeq: number;
  readonly creditSeq: number;
  readonly refs?: TransferRefs;
}
