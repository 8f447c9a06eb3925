import type { ClientSession, Document } from 'mongodb';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import type { UnitRefusal, UnitRefusalCode } from '../../programs/ledger/unit-refusals.ts';

export type { UnitRefusalCode };

/**
 * A write beside transfers, in the same transaction. The guard of an update is a compare-and-set: it is asked in the
 * transaction before anything is written, and when it does not hold the unit is refused alone.
 */
export type UnitWrite =
  | {
      readonly kind: 'insert';
      readonly collection: string;
      /** Its `_id` is deterministic. Already there: the unit is refused with `already_exists`. */
      readonly document: Document & { readonly _id: string };
    }
  | {
      readonly kind: 'insert_once';
      readonly collection: string;
      /** As `insert`, but already there is fine: events and lines whose `_id` says all. */
      readonly document: Document & { readonly _id: string };
    }
  | {
      readonly kind: 'update';
      readonly collection: string;
      readonly id: string;
      /** Fields (dotted paths) and the values they must have; null also means absent. Never `_id`. */
      readonly guard: Readonly<Record<string, string | number | boolean | Date | null>>;
      /** `$set`, `$unset`, `$inc`, `$push` of one document; safe to repeat under its guard. */
      readonly update: Document;
    };

/** What the ledger commits: whole, or refused alone without failing others (M3). */
export interface LedgerUnit {
  /** For logs and refusals; a unit is recognised by its transfers' ids. */
  readonly id: string;
  /** May be empty: then only the writes' guards decide, and nothing is remembered of a refusal. */
  readonly transfers: readonly NewTransfer[];
  readonly writes?: readonly UnitWrite[];
}

export type UnitResult =
  | { readonly status: 'committed' }
  /** The same unit was committed before; nothing was written. */
  | { readonly status: 'replayed' }
  /** The same unit again is refused the same, with the same words, where `UNIT_REFUSALS` says that it is remembered. */
  | ({ readonly status: 'refused' } & UnitRefusal);

/** The one door through which money moves. */
export interface Ledger {
  /**
   * Commits a unit durably, or refuses it; concurrent units share one transaction (group commit without a timer). Units
   * that touch the same guarded document are decided one after the other. A result is certain; when the database is
   * away it throws `unavailable` / `ledger_unavailable`, and doing the same unit again is always safe.
   */
  commit(unit: LedgerUnit): Promise<UnitResult>;
  /**
   * The same inside a transaction of the caller's, for units that go together with other writes. Throws the driver's own
   * errors as they are. Its results hold only when the caller's transaction commits.
   */
  commitWithin(session: ClientSession, units: readonly LedgerUnit[]): Promise<readonly UnitResult[]>;
  /** Resolves when nothing waits and nothing runs. */
  drain(): Promise<void>;
}
