import type { Binary, Collection, Db } from 'mongodb';
import type { AccountTotals } from '../../../programs/ledger/check-books.ts';
import type { Breach } from '../../../programs/ledger/invariants.ts';

/** A transfer's place in the order in which blocks are sealed. */
export interface RowKey {
  readonly bookedAt: Date;
  readonly id: string;
}

/** Some transfers, one after the other, sealed under a hash that also covers all blocks before. Never changed. */
export interface BlockDocument {
  /** From 1, without holes: a second sealer of the same block loses to the `_id`. */
  _id: number;
  /** First and last row. */
  fromKey: RowKey;
  toKey: RowKey;
  rowCount: number;
  /** SHA-256 over the rows' hashes, in order. */
  rowsHash: string;
  /** The first 8 bytes of each row's hash: they only serve to name the rows when `rowsHash` does not fit any more. */
  rowPrints: Binary;
  /** `hash` of the block before; of the first block 64 zeros. */
  prevHash: string;
  /** SHA-256 over all that stands above but `rowPrints`, and `sealedAt`. */
  hash: string;
  sealedAt: Date;
}

/** All accounts' totals at the end of a block. There is one only when all of its rows are. */
export interface SnapshotDocument {
  /** The block's number. */
  _id: number;
  toKey: RowKey;
  accountCount: number;
  takenAt: Date;
}

export interface SnapshotRow extends AccountTotals {
  /** `<block, 10 digits>|<account>`, so that the rows of a snapshot are one range in the order of their accounts. */
  _id: string;
}

/** Up to where an account was found right: the next incremental check goes on from there. */
export interface CheckpointDocument extends AccountTotals {
  /** The account. */
  _id: string;
  seq: number;
  checkedAt: Date;
}

/** The last check of a kind. */
export interface CheckRunDocument {
  _id: 'incremental' | 'full';
  /** When it began: what was booked well before is in it. */
  checkedAt: Date;
  transferCount: number;
  breachCount: number;
  /** Blocks up to this one were verified. */
  block: number;
}

export interface BreachDocument extends Breach {
  /** `<code>:<subject>` */
  _id: string;
  firstSeenAt: Date;
  lastSeenAt: Date;
  /** A full check did not see it any more. */
  goneAt?: Date;
}

/**
 * A month that takes nothing any more. The commit refuses its days as soon as the document is there; the books are
 * certified, and the month is closed, when it has `closedAt` (`close-month.ts`).
 */
export interface MonthDocument {
  /** `YYYY-MM` */
  _id: string;
  closingAt: Date;
  closingBy: string;
  closedAt?: Date;
  closedBy?: string;
  /** The last block when it was closed; absent when there was none. */
  headBlock?: number;
  headHash?: string;
}

/** The driver's own collections: long cursors, sessions and longs, without Mongoose between. */
export const blockRows = (db: Db): Collection<BlockDocument> => db.collection('ledger_blocks');
export const snapshotHeads = (db: Db): Collection<SnapshotDocument> => db.collection('ledger_snapshots');
export const snapshotRows = (db: Db): Collection<SnapshotRow> => db.collection('ledger_snapshot_rows');
export const checkpointRows = (db: Db): Collection<CheckpointDocument> => db.collection('ledger_checkpoints');
export const checkRuns = (db: Db): Collection<CheckRunDocument> => db.collection('ledger_checks');
export const breachRows = (db: Db): Collection<BreachDocument> => db.collection('ledger_breaches');
export const monthRows = (db: Db): Collection<MonthDocument> => db.collection('ledger_months');
