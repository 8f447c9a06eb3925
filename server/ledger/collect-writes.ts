import type { Document } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { currencyOf } from '../../programs/ledger/chart.ts';
import type { UnitDecision } from '../../programs/ledger/decide-unit.ts';
import type { AccountTotals, DecidedTransfer } from '../../programs/ledger/ledger-state.ts';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import { toLong } from '../database/longs.ts';
import type { PreparedUnit } from './prepare-unit.ts';

export interface DecidedUnit {
  readonly prepared: PreparedUnit;
  readonly decision: UnitDecision;
}

export interface UpdateStatement {
  readonly q: Document & { readonly _id: string };
  readonly u: Document;
}

/** By collection, in the order in which they are to be written. */
export interface Writes {
  readonly updates: ReadonlyMap<string, readonly UpdateStatement[]>;
  readonly inserts: ReadonlyMap<string, readonly (Document & { readonly _id: string })[]>;
  /** `_id`s */
  readonly deletes: ReadonlyMap<string, readonly string[]>;
}

/**
 * The stored form of what was decided: transfers, totals, refusals and expiries, and the units' own writes. `documents`, by
 * `<collection>/<_id>`, are those that were there before.
 */
export function collectWrites(
  decided: readonly DecidedUnit[],
  documents: Pick<ReadonlyMap<string, Document>, 'has'>,
  now: Instant,
): Writes {
  const writes = {
    updates: new Map<string, UpdateStatement[]>(),
    inserts: new Map<string, (Document & { readonly _id: string })[]>(),
    deletes: new Map<string, string[]>(),
  };
  const accounts = new Map<string, { readonly totals: AccountTotals; readonly transfers: number }>();
  const expiries = new Map<string, Date>();
  const bookedAt = new Date(now);
  for (const { prepared, decision } of decided) {
    if (decision.status === 'refused' && decision.remember) {
      for (const { transfer, hash } of prepared.transfers) {
        const row = { _id: transfer.id, unitId: prepared.unit.id, hash, ...decision.refusal, refusedAt: bookedAt };
        add(writes.inserts, 'ledger_refusals', row);
        add(writes.inserts, 'ledger_transfers', heldPlace(row, transfer));
        add(writes.deletes, 'ledger_transfers', transfer.id);
      }
    }
    if (decision.status !== 'committed') continue;
    for (const [id, totals] of decision.accounts) {
      const touching = decision.transfers.filter(({ debit, credit }) => debit === id || credit === id);
      accounts.set(id, { totals, transfers: touching.length + (accounts.get(id)?.transfers ?? 0) });
    }
    for (const transfer of decision.transfers) {
      add(writes.inserts, 'ledger_transfers', transferRow(transfer, bookedAt));
      if (transfer.expiresAt !== undefined) expiries.set(transfer.id, new Date(transfer.expiresAt));
    }
    for (const [id, { expiresAt, resolvedBy }] of decision.pending) {
      if (expiresAt === undefined || resolvedBy === undefined) continue;
      // What begins and ends in one flush was never stored.
      if (!expiries.delete(id)) add(writes.deletes, 'ledger_expiries', id);
    }
    for (const write of prepared.unit.writes ?? []) {
      if (write.kind === 'update') {
        add(writes.updates, write.collection, { q: { ...write.guard, _id: write.id }, u: write.update });
      } else if (!documents.has(`${write.collection}/${write.document._id}`)) {
        add(writes.inserts, write.collection, write.document);
      }
    }
  }
  for (const [_id, expiresAt] of expiries) add(writes.inserts, 'ledger_expiries', { _id, expiresAt });
  for (const [_id, { totals, transfers }] of accounts) {
    // An account is created by its first transfer; the totals of any other are replaced as they were read.
    const seq = totals.seq - transfers;
    if (seq === 0) add(writes.inserts, 'ledger_accounts', { _id, currency: currencyOf(_id), ...longs(totals) });
    else add(writes.updates, 'ledger_accounts', { q: { _id, seq }, u: { $set: longs(totals) } });
  }
  return writes;
}

/**
 * Takes a refused id's place among the transfers, and leaves it in the same transaction: nobody ever sees the row, but one
 * process that refuses an id and another that books it meet in the index, and one of them has to begin anew. Else each,
 * seeing nothing of the other's, would write its own, and the unit had two answers (M2).
 */
const heldPlace = (
  { _id, unitId, hash, refusedAt }: { _id: string; unitId: string; hash: string; refusedAt: Date },
  { kind, type, effectiveOn }: NewTransfer,
): Document & { readonly _id: string } => ({
  ...{ _id, unitId, hash, kind, type, debit: '', credit: '', amount: toLong(1), currency: '' },
  ...{ bookedAt: refusedAt, effectiveOn, debitSeq: toLong(1), creditSeq: toLong(1) },
});

function add<T>(lists: Map<string, T[]>, collection: string, item: T): void {
  const list = lists.get(collection);
  if (list === undefined) lists.set(collection, [item]);
  else list.push(item);
}

const longs = (totals: AccountTotals): Document => ({
  debitsPending: toLong(totals.debitsPending),
  debitsPosted: toLong(totals.debitsPosted),
  creditsPending: toLong(totals.creditsPending),
  creditsPosted: toLong(totals.creditsPosted),
  seq: toLong(totals.seq),
});

function transferRow(transfer: DecidedTransfer, bookedAt: Date): Document & { readonly _id: string } {
  const { resolves, reserved, expiresAt, refs } = transfer;
  const row = {
    _id: transfer.id,
    unitId: transfer.unitId,
    hash: transfer.hash,
    kind: transfer.kind,
    type: transfer.type,
    debit: transfer.debit,
    credit: transfer.credit,
    amount: toLong(transfer.amount),
    currency: transfer.currency,
    bookedAt,
    effectiveOn: transfer.effectiveOn,
    debitSeq: toLong(transfer.debitSeq),
    creditSeq: toLong(transfer.creditSeq),
  };
  if (resolves === undefined && expiresAt === undefined && refs === undefined) return row;
  return {
    ...row,
    ...(resolves !== undefined && { resolves }),
    ...(reserved !== undefined && { reserved: toLong(reserved) }),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
    ...(refs !== undefined && { refs }),
  };
}
