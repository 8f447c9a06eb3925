import { ReadConcern, type ClientSession, type Collection, type Db } from 'mongodb';
import type { Database } from '../../database/connect.ts';
import type { AccountDocument, RefusalDocument, TransferDocument } from '../ledger-models.ts';

/** The ledger, read only. Pass `moment` to every read. */
export interface LedgerView {
  readonly transfers: Collection<TransferDocument>;
  readonly accounts: Collection<AccountDocument>;
  readonly refusals: Collection<RefusalDocument>;
  /** For the collections beside them. */
  readonly db: Db;
  readonly moment: { readonly session?: ClientSession };
}

/** Documents that come at once: the database's own batches of 16 MB would be some 100 MB in memory, for each cursor. */
export const BATCH = 1_000;

/**
 * The ledger as of one moment: all reads see the transfers and the totals of the same commits. The server keeps old
 * moments for five minutes (`minSnapshotHistoryWindowInSeconds`): what may take longer is read in parts.
 */
export async function inOneMoment<T>(
  { client, db }: Pick<Database, 'client' | 'db'>,
  read: (view: LedgerView) => Promise<T>,
): Promise<T> {
  const session = client.startSession({ snapshot: true });
  try {
    // The connection's own read concern would win over the session's.
    const snapshotDb = client.db(db.databaseName, { readConcern: new ReadConcern('snapshot') });
    return await read({ ...viewOf(snapshotDb), moment: { session } });
  } finally {
    await session.endSession();
  }
}

/** The ledger as it is whenever it is read: for what never changes. */
export function viewOf(db: Db): LedgerView {
  return {
    transfers: db.collection('ledger_transfers'),
    accounts: db.collection('ledger_accounts'),
    refusals: db.collection('ledger_refusals'),
    db,
    moment: {},
  };
}
