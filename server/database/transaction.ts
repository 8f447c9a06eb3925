import type { ClientSession, TransactionOptions } from 'mongodb';
import type { Database } from './connect.ts';

const TRANSACTION = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', j: true },
  readPreference: 'primary',
} as const satisfies TransactionOptions;

/**
 * Runs `work` in one transaction: all its reads see one moment, all its writes happen or none do, durably.
 *
 * `work` may run several times (a write conflict, an election): it touches nothing but the database, passes `session`
 * to each operation, and awaits them one after the other. What it throws aborts the transaction and is thrown on as it
 * is; the driver recognises its own errors by their labels, so never wrap one inside `work`. A duplicate key aborts the
 * whole transaction: catch code 11000 outside. Collections must exist before (migrations make them).
 */
export async function inTransaction<T>(
  database: Pick<Database, 'client'>,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> {
  return database.client.withSession((session) => session.withTransaction(work, TRANSACTION));
}
