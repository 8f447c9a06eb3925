import { Long, MongoClient, MongoServerError } from 'mongodb';
import { expectThat, settleAll } from './gate-check.ts';
import type { GateCheck, GateContext } from './gate-check.ts';

const DUPLICATE_KEY = 11000;
const CLAIMERS = 200;
const INSERTERS = 100;

/** True for the error of a second document with the same key. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

async function claimDocuments({ emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<{ _id: number; state: string; holder?: number }>('claims');
  await items.insertMany(Array.from({ length: CLAIMERS / 2 }, (_, id) => ({ _id: id, state: 'free' })));
  const claims = await Promise.all(
    Array.from({ length: CLAIMERS }, (_, holder) =>
      items.findOneAndUpdate({ state: 'free' }, { $set: { state: 'held', holder } }),
    ),
  );
  const ids = claims.filter((claim) => claim !== null).map((claim) => claim._id);
  expectThat(new Set(ids).size === ids.length, 'A document was claimed by two callers.');
  expectThat(ids.length === CLAIMERS / 2, `${ids.length} of ${CLAIMERS / 2} documents were claimed.`);
  return `${CLAIMERS} callers, ${ids.length} documents, each claimed once`;
}

async function insertOneId({ emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<{ _id: string; by: number }>('one_id');
  const work = Array.from({ length: INSERTERS }, (_, by) => items.insertOne({ _id: 'same', by }));
  const { done, errors } = await settleAll(work);
  expectThat(
    errors.every(isDuplicateKey),
    `An insert failed for another reason: ${String(errors.find((error) => !isDuplicateKey(error)))}.`,
  );
  expectThat(done.length === 1, `${done.length} inserts of one _id were accepted.`);
  return `${INSERTERS} callers, one accepted`;
}

async function replayWrite({ database, emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<{ _id: string; n: number }>('replay');
  await items.insertOne({ _id: 'a', n: 0 });
  const update = { update: items.collectionName, updates: [{ q: { _id: 'a' }, u: { $inc: { n: 1 } } }] };
  // A client of its own: its number must not get ahead of a session that others use later.
  const client = new MongoClient(database.uri);
  try {
    await client.withSession(async (session) => {
      // The same session and number: what a driver sends again when the answer to the first was lost.
      const command = { ...update, txnNumber: Long.fromNumber(1) };
      await client.db(database.db.databaseName).command(command, { session });
      await client.db(database.db.databaseName).command(command, { session });
    });
  } finally {
    await client.close();
  }
  const n = (await items.findOne({ _id: 'a' }))?.n;
  expectThat(n === 1, `A write that was sent twice was applied ${n} times.`);
  return 'a write sent twice under one number was applied once';
}

/** What the dedup keys and leases rest on. */
export const atomicChecks: readonly GateCheck[] = [
  { name: 'claim', run: claimDocuments },
  { name: 'one-id', run: insertOneId },
  { name: 'replayed-write', run: replayWrite },
];
