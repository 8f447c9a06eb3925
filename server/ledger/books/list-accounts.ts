import { Refusal } from '../../../programs/refusal.ts';
import type { Services } from '../../services.ts';
import type { AccountDocument } from '../ledger-models.ts';
import { viewOf } from './read-ledger.ts';

export interface ListAccounts {
  /** Only accounts whose id begins so, `program:prg_1:`. */
  readonly prefix?: string | undefined;
  readonly limit: number;
  /** Goes on after this account. */
  readonly after?: string | undefined;
}

/** Accounts in the order of their ids, one more than the limit when there are more. */
export async function listAccounts(
  { database }: Pick<Services, 'database'>,
  { prefix = '', limit, after = '' }: ListAccounts,
): Promise<readonly AccountDocument[]> {
  // Ids are ASCII: what begins with the prefix lies before the prefix with the last character of all.
  const range = after > prefix ? { $gt: after } : { $gte: prefix };
  return viewOf(database.db)
    .accounts.find({ _id: { ...range, $lt: `${prefix}\uffff` } })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .toArray();
}

/** Throws `not_found` / `account_not_found` for what has no transfer yet. */
export async function readAccount({ database }: Pick<Services, 'database'>, account: string): Promise<AccountDocument> {
  const found = await viewOf(database.db).accounts.findOne({ _id: account });
  if (found !== null) return found;
  throw new Refusal('not_found', 'account_not_found', `There is no account ${account} in the books.`);
}
