import type { AccountId } from '../../../programs/ledger/chart.ts';
import {
  walkAccount,
  type AccountState,
  type BookedAccount,
  type BookedTransfer,
} from '../../../programs/ledger/check-books.ts';
import type { Breach } from '../../../programs/ledger/invariants.ts';

export interface AccountSources {
  /** In the order of `debit`, `debitSeq`. */
  readonly debits: AsyncIterable<BookedTransfer>;
  /** In the order of `credit`, `creditSeq`. */
  readonly credits: AsyncIterable<BookedTransfer>;
  /** In the order of `_id`. */
  readonly accounts: AsyncIterable<BookedAccount>;
  /** Where an account's transfers begin; absent: at its first one. */
  readonly startOf?: (account: AccountId) => AccountState | undefined;
}

export interface WalkedAccount {
  readonly account: AccountId;
  readonly state: AccountState;
  readonly transferCount: number;
  readonly breaches: readonly Breach[];
}

/**
 * Merges three sorted streams into one account after the other, each with its transfers in the order of `seq`: all
 * accounts are folded in one pass, with nothing of them kept. Also names accounts that have transfers but no totals, and
 * the other way round.
 */
export async function* walkAccounts(sources: AccountSources): AsyncGenerator<WalkedAccount> {
  const debits = openHead(sources.debits);
  const credits = openHead(sources.credits);
  const accounts = openHead(sources.accounts);
  const streams = [debits, credits, accounts];
  try {
    for (const stream of streams) await stream.next();
    for (;;) {
      const account = smallest(debits.head?.debit, credits.head?.credit, accounts.head?._id);
      if (account === undefined) return;
      const walk = walkAccount(account, sources.startOf?.(account));
      let transferCount = 0;
      for (;;) {
        const debit = debits.head?.debit === account ? debits.head : undefined;
        const credit = credits.head?.credit === account ? credits.head : undefined;
        if (debit !== undefined && (credit === undefined || debit.debitSeq <= credit.creditSeq)) {
          walk.take(debit, 'debit');
          await debits.next();
        } else if (credit !== undefined) {
          walk.take(credit, 'credit');
          await credits.next();
        } else break;
        transferCount += 1;
      }
      const stored = accounts.head?._id === account ? accounts.head : undefined;
      if (stored !== undefined) await accounts.next();
      yield { account, transferCount, ...walk.finish(stored) };
    }
  } finally {
    for (const stream of streams) await stream.close();
  }
}

/** Account ids are ASCII, so JavaScript's order is the database's. */
function smallest(...ids: readonly (AccountId | undefined)[]): AccountId | undefined {
  let found: AccountId | undefined;
  for (const id of ids) if (id !== undefined && (found === undefined || id < found)) found = id;
  return found;
}

/** A stream whose next item can be looked at before it is taken; `next()` first. */
export function openHead<T>(items: AsyncIterable<T>) {
  const iterator = items[Symbol.asyncIterator]();
  const stream = {
    head: undefined as T | undefined,
    async next(): Promise<void> {
      const item = await iterator.next();
      stream.head = item.done === true ? undefined : item.value;
    },
    /** Lets go of the cursor behind it. */
    async close(): Promise<void> {
      await iterator.return?.();
    },
  };
  return stream;
}
