import type { Filter, FindCursor } from 'mongodb';
import { EMPTY_ACCOUNT, type AccountState, type BookedTransfer } from '../../../programs/ledger/check-books.ts';
import type { Database } from '../../database/connect.ts';
import type { TransferDocument } from '../ledger-models.ts';
import { auditTransfer } from './audit-documents.ts';
import type { BreachLog } from './breach-log.ts';
import { BATCH, inOneMoment, type LedgerView } from './read-ledger.ts';
import { walkAccounts, type WalkedAccount } from './walk-accounts.ts';

/**
 * A moment is read for about so many rows, so that it ends well before the server forgets it. They are sorted by `seq`
 * for it, in memory or on disk: an index in that order would be paid for by every commit.
 */
const ROWS_PER_MOMENT = 500_000;

/** What a walk reads of a transfer where its content is not checked. */
const BOOKED = { _id: 1, type: 1, debit: 1, credit: 1, amount: 1, currency: 1, reserved: 1, debitSeq: 1, creditSeq: 1 };

const byDebit = { debit: 1, debitSeq: 1 } as const;
const byCredit = { credit: 1, creditSeq: 1 } as const;

/**
 * Folds every account from its first transfer (L5, L6, L11) and checks every transfer on the way (L1, L2, L3, L8).
 * Each account is read as of one moment, all of them as of several; memory does not grow with the ledger.
 * Answers the number of transfers.
 */
export async function auditAccounts(
  database: Pick<Database, 'client' | 'db'>,
  log: BreachLog,
  rowsPerMoment = ROWS_PER_MOMENT,
): Promise<number> {
  const count = { rows: 0 };
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after;
    after = await inOneMoment(database, (view) => auditFrom(view, from, { log, count, rowsPerMoment }));
  }
  // Each stands in two accounts.
  return count.rows / 2;
}

/** Answers the last account that it folded when there are more. */
async function auditFrom(
  view: LedgerView,
  after: string,
  {
    log,
    count,
    rowsPerMoment,
  }: { readonly log: BreachLog; readonly count: { rows: number }; readonly rowsPerMoment: number },
): Promise<string | undefined> {
  const { transfers, accounts, moment } = view;
  const upTo = await lastOf(view, after, rowsPerMoment);
  const range = { $gt: after, ...(upTo !== undefined && { $lte: upTo }) };
  // All of a transfer is checked where it stands as a debit: each stands there once.
  async function* checked(all: AsyncIterable<TransferDocument>): AsyncGenerator<TransferDocument> {
    for await (const transfer of all) {
      log.add(auditTransfer(transfer));
      yield transfer;
    }
  }
  const debits = transfers.find({ debit: range }, moment).sort(byDebit).batchSize(BATCH).allowDiskUse();
  const credits = transfers
    .find({ credit: range }, { ...moment, projection: BOOKED })
    .sort(byCredit)
    .batchSize(BATCH)
    .allowDiskUse();
  const stored = accounts.find({ _id: range }, moment).sort({ _id: 1 }).batchSize(BATCH);
  for await (const { transferCount, breaches } of walkAccounts({
    debits: checked(debits),
    credits,
    accounts: stored,
  })) {
    log.add(breaches);
    count.rows += transferCount;
  }
  return upTo;
}

/** The account up to which those after one have about so many rows; undefined when all that are left have fewer. */
async function lastOf({ accounts, moment }: LedgerView, after: string, rowsMax: number): Promise<string | undefined> {
  let rows = 0;
  const found = accounts
    .find({ _id: { $gt: after } }, { ...moment, projection: { seq: 1 } })
    .sort({ _id: 1 })
    .batchSize(BATCH);
  for await (const { _id, seq } of found) {
    rows += seq;
    if (rows >= rowsMax) return _id;
  }
  return undefined;
}

/**
 * Goes on with some accounts from the state in which each was found right; absent: from its first transfer. As of one
 * moment. Answers what each is now.
 */
export async function auditAccountsSince(
  { transfers, accounts, moment }: LedgerView,
  ids: readonly string[],
  states: ReadonlyMap<string, AccountState>,
): Promise<readonly WalkedAccount[]> {
  const sinceSeq = (account: 'debit' | 'credit', seq: 'debitSeq' | 'creditSeq'): Filter<TransferDocument> => ({
    $or: ids.map((id) => ({ [account]: id, [seq]: { $gt: (states.get(id) ?? EMPTY_ACCOUNT).seq } })),
  });
  const read = { ...moment, projection: BOOKED };
  const found: WalkedAccount[] = [];
  const sorted = (found: FindCursor<BookedTransfer>) => found.batchSize(BATCH).allowDiskUse();
  const walk = walkAccounts({
    // The index has the day between account and `seq`: one look for each day that the account has, then what is new.
    debits: sorted(transfers.find<BookedTransfer>(sinceSeq('debit', 'debitSeq'), read).sort(byDebit)),
    credits: sorted(transfers.find<BookedTransfer>(sinceSeq('credit', 'creditSeq'), read).sort(byCredit)),
    accounts: accounts.find({ _id: { $in: [...ids] } }, moment).sort({ _id: 1 }),
    startOf: (id) => states.get(id),
  });
  for await (const walked of walk) found.push(walked);
  return found;
}
