import { accountTerms } from '../../../programs/ledger/chart.ts';
import { effectOf } from '../../../programs/ledger/check-books.ts';
import type { Services } from '../../services.ts';
import type { AccountDocument, TransferDocument } from '../ledger-models.ts';
import { foldTotals, NO_TOTALS } from './fold-totals.ts';
import { readAccount } from './list-accounts.ts';
import { readTransfers, transferQuery } from './list-transfers.ts';
import { inOneMoment } from './read-ledger.ts';

export interface AccountLine {
  readonly transfer: TransferDocument;
  /** On the account's normal side, posted; negative where the transfer takes away. */
  readonly posted: number;
  /** Posted balance after this line, on the account's normal side. */
  readonly balance: number;
}

export interface AccountStatement {
  readonly account: AccountDocument;
  /** Posted before the first day. */
  readonly openingBalance: number;
  readonly lines: readonly AccountLine[];
  /** Posted up to and with the last line. */
  readonly closingBalance: number;
  /** There are more lines than were asked for. */
  readonly more: boolean;
}

/**
 * An account's transfers between two days of `effectiveOn` (both inclusive), earliest day first and within a day as they
 * were booked, with the balance after each, as of one moment. Throws `account_not_found`.
 */
export async function accountStatement(
  services: Pick<Services, 'database'>,
  {
    account: id,
    from,
    to,
    limit,
  }: { account: string; from?: string | undefined; to?: string | undefined; limit: number },
): Promise<AccountStatement> {
  const account = await readAccount(services, id);
  const sign = (accountTerms(id)?.normal ?? 'debit') === 'debit' ? 1 : -1;
  return inOneMoment(services.database, async (view) => {
    const before = { $or: [transferQuery({ debit: id }), transferQuery({ credit: id })] };
    const opening =
      from === undefined
        ? NO_TOTALS
        : ((await foldTotals(view, { $and: [before, { effectiveOn: { $lt: from } }] })).get(id) ?? NO_TOTALS);
    const openingBalance = sign * (opening.debitsPosted - opening.creditsPosted) || 0;
    const found: TransferDocument[] = [];
    const read = readTransfers(view, { account: id, from, to }, { order: 'earliest_first', limit: limit + 1 });
    for await (const transfer of read) found.push(transfer);
    let balance = openingBalance;
    const lines = found.slice(0, limit).map((transfer) => {
      const posted = sign * (transfer.debit === id ? 1 : -1) * effectOf(transfer).posted || 0;
      balance += posted;
      return { transfer, posted, balance };
    });
    return { account, openingBalance, lines, closingBalance: balance, more: found.length > limit };
  });
}
