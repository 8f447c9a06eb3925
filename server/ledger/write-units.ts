import { MongoServerError, type ClientSession, type Db, type Document, type ErrorDescription } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import type { UnitDecision } from '../../programs/ledger/decide-unit.ts';
import type { AccountTotals, DecidedTransfer } from '../../programs/ledger/ledger-state.ts';
import { currencyOf } from '../../programs/ledger/chart.ts';
import { toLong } from '../database/longs.ts';
import type { LoadedUnits } from './load-units.ts';
import type { PreparedUnit } from './prepare-unit.ts';

export interface DecidedUnit {
  readonly prepared: PreparedUnit;
  readonly decision: UnitDecision;
}

/** What some units write, by collection. */
interface Writes {
  readonly inserts: Map<string, Document[]>;
  readonly updates: Map<string, Document[]>;
  readonly deletes: Map<string, string[]>;
}

/**
 * Writes what was decided, in the transaction, one command for each collection and kind of write. Throws the driver's own
 * errors; a lost race is one of them, with the label that asks for another try.
 */
export async function writeUnits(
  db: Db,
  session: ClientSession,
  loaded: LoadedUnits & { readonly before: ReadonlyMap<string, AccountTotals> },
  decided: readonly DecidedUnit[],
  now: Instant,
): Promise<void> {
  const { inserts, updates, deletes } = collect(loaded, decided, now);
  for (const [update, list] of updates) {
    const { n } = await run(db, session, { update, updates: list });
    // The snapshot says what is there: a write that misses its document is a bug, never a race.
    if (n !== list.length)
      throw new Error(`Of ${list.length} documents of ${update} only ${n} were as they were read.`);
  }
  for (const [insert, documents] of inserts) await run(db, session, { insert, documents });
  for (const [from, ids] of deletes) {
    await run(db, session, { delete: from, deletes: [{ q: { _id: { $in: ids } }, limit: 0 }] });
  }
}

function collect(
  { before, existing, documents }: LoadedUnits & { readonly before: ReadonlyMap<string, AccountTotals> },
  decided: readonly DecidedUnit[],
  now: Instant,
): Writes {
  const writes: Writes = { inserts: new Map(), updates: new Map(), deletes: new Map() };
  const accounts = new Map<string, AccountTotals>();
  const expiries = new Map<string, Date>();
  const bookedAt = new Date(now);
  for (const { prepared, decision } of decided) {
    if (decision.status === 'refused' && decision.remember) {
      for (const { transfer, hash } of prepared.transfers) {
        const row = { _id: transfer.id, unitId: prepared.unit.id, hash, ...decision.refusal, refusedAt: bookedAt };
        add(writes.inserts, 'ledger_refusals', row);
      }
    }
    if (decision.status !== 'committed') continue;
    for (const [id, totals] of decision.accounts) accounts.set(id, totals);
    for (const transfer of decision.transfers) {
      add(writes.inserts, 'ledger_transfers', transferRow(transfer, bookedAt));
      if (transfer.expiresAt !== undefined) expiries.set(transfer.id, new Date(transfer.expiresAt));
    }
    for (const [id, { expiresAt, resolvedBy }] of decision.pending) {
      if (expiresAt === undefined || resolvedBy === undefined) continue;
      if (!expiries.delete(id)) add(writes.deletes, 'ledger_expiries', id);
    }
    addOwnWrites(writes, prepared, documents);
  }
  for (const [_id, expiresAt] of expiries) add(writes.inserts, 'ledger_expiries', { _id, expiresAt });
  for (const [id, totals] of accounts) {
    const seq = before.get(id)?.seq;
    if (existing.has(id)) add(writes.updates, 'ledger_accounts', { q: { _id: id, seq }, u: { $set: longs(totals) } });
    else add(writes.inserts, 'ledger_accounts', { _id: id, currency: currencyOf(id), ...longs(totals) });
  }
  return writes;
}

function addOwnWrites(writes: Writes, { unit }: PreparedUnit, documents: ReadonlyMap<string, Document>): void {
  for (const write of unit.writes ?? []) {
    if (write.kind === 'update') {
      add(writes.updates, write.collection, { q: { _id: write.id, ...write.guard }, u: write.update });
    } else if (!documents.has(`${write.collection}/${write.document._id}`)) {
      add(writes.inserts, write.collection, write.document);
    }
  }
}

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

function transferRow(transfer: DecidedTransfer, bookedAt: Date): Document {
  const { id, amount, reserved, expiresAt, debitSeq, creditSeq, ...rest } = transfer;
  return {
    _id: id,
    ...rest,
    amount: toLong(amount),
    ...(reserved === undefined ? {} : { reserved: toLong(reserved) }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
    bookedAt,
    debitSeq: toLong(debitSeq),
    creditSeq: toLong(creditSeq),
  };
}

interface WriteAnswer {
  readonly n: number;
  readonly writeErrors?: readonly ErrorDescription[];
}

/** The plain command: the driver's bulk machinery would cost as much again. In a transaction it has no concern of its own. */
async function run(db: Db, session: ClientSession, command: Document): Promise<WriteAnswer> {
  const answer = await db.command(command, { session, ignoreUndefined: true });
  const { n, writeErrors }: Partial<WriteAnswer> = answer;
  const [error] = writeErrors ?? [];
  if (error !== undefined) throw new MongoServerError(error);
  return { n: n ?? 0 };
}
