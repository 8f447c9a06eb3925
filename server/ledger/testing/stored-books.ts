import type { Db, Document } from 'mongodb';
import type { Instant } from '../../../programs/calendar.ts';
import { currencyOf, type AccountId } from '../../../programs/ledger/chart.ts';
import { addEffect, effectOf, EMPTY_ACCOUNT, type AccountState } from '../../../programs/ledger/check-books.ts';
import type { DirectTransfer, NewTransfer } from '../../../programs/ledger/transfer.ts';
import { toLong } from '../../database/longs.ts';
import { hashTransfer } from '../transfer-hash.ts';

/**
 * Makes stored transfers and the totals that belong to them, without the ledger: to plant faults, and to fill a database
 * faster than money could be moved. Refuses nothing: what it is given is what the books then say.
 */
export class StoredBooks {
  readonly #accounts = new Map<AccountId, AccountState>();
  readonly #pending = new Map<string, DirectTransfer>();

  /** The row of a transfer that was booked at an instant. */
  row(transfer: NewTransfer, bookedAt: Instant, unitId = `unit:${transfer.id}`): Document & { _id: string } {
    const { id, kind, type, effectiveOn, refs } = transfer;
    const moved = 'resolves' in transfer ? this.#reserved(transfer.resolves) : transfer;
    const amount = transfer.amount ?? moved.amount;
    const reserved = type === 'post' ? moved.amount : undefined;
    if (transfer.type === 'pending') this.#pending.set(id, transfer);
    const { debit, credit } = moved;
    const effect = effectOf({ type, amount, ...(reserved !== undefined && { reserved }) });
    const debitSeq = this.#add(debit, 'debit', effect);
    const creditSeq = this.#add(credit, 'credit', effect);
    return {
      _id: id,
      unitId,
      hash: hashTransfer(transfer),
      kind,
      type,
      debit,
      credit,
      amount: toLong(amount),
      currency: currencyOf(debit),
      ...('resolves' in transfer && { resolves: transfer.resolves }),
      ...(reserved !== undefined && { reserved: toLong(reserved) }),
      ...('expiresAt' in transfer && { expiresAt: new Date(Number(transfer.expiresAt)) }),
      bookedAt: new Date(bookedAt),
      effectiveOn,
      debitSeq: toLong(debitSeq),
      creditSeq: toLong(creditSeq),
      ...(refs && { refs }),
    };
  }

  /** Of all accounts that have a transfer. */
  accountRows(): (Document & { _id: string })[] {
    return [...this.#accounts].map(([_id, { debitsPending, debitsPosted, creditsPending, creditsPosted, seq }]) => ({
      _id,
      currency: currencyOf(_id),
      debitsPending: toLong(debitsPending),
      debitsPosted: toLong(debitsPosted),
      creditsPending: toLong(creditsPending),
      creditsPosted: toLong(creditsPosted),
      seq: toLong(seq),
    }));
  }

  #reserved(id: string): DirectTransfer {
    const found = this.#pending.get(id);
    if (found === undefined) throw new Error(`There is no pending transfer ${id}.`);
    return found;
  }

  #add(account: AccountId, side: 'debit' | 'credit', effect: { pending: number; posted: number }): number {
    const before = this.#accounts.get(account) ?? EMPTY_ACCOUNT;
    const after = { ...addEffect(before, side, effect), seq: before.seq + 1 };
    this.#accounts.set(account, after);
    return after.seq;
  }
}

/** Stores transfers, each with the instant at which it was booked, and the accounts' totals. For an empty ledger. */
export async function storeBooks(db: Db, transfers: readonly (readonly [NewTransfer, Instant])[]): Promise<void> {
  const books = new StoredBooks();
  const rows = transfers.map(([transfer, at]) => books.row(transfer, at));
  await db.collection<{ _id: string }>('ledger_transfers').insertMany(rows);
  await db.collection<{ _id: string }>('ledger_accounts').insertMany(books.accountRows());
}
