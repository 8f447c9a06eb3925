import { MongoServerError, type ClientSession, type Db, type Document, type ErrorDescription } from 'mongodb';
import type { Writes } from './collect-writes.ts';

/**
 * Writes in the transaction, one command for each collection and kind of write. Throws the driver's own errors; a lost race
 * is one of them, with the label that asks for another try.
 */
export async function writeUnits(db: Db, session: ClientSession, { updates, inserts, deletes }: Writes): Promise<void> {
  for (const [update, statements] of updates) {
    const { n } = await run(db, session, { update, updates: statements });
    // The snapshot says what is there: a write that misses its document is a bug, never a race.
    if (n !== statements.length) {
      throw new Error(`Of ${statements.length} documents of ${update} only ${n} were as they were read.`);
    }
  }
  for (const [insert, documents] of inserts) await run(db, session, { insert, documents });
  for (const [from, ids] of deletes) {
    await run(db, session, { delete: from, deletes: [{ q: { _id: { $in: ids } }, limit: 0 }] });
  }
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
