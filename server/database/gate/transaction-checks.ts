import { MongoServerError } from 'mongodb';
import type { Collection, Document } from 'mongodb';
import { inTransaction } from '../transaction.ts';
import { isDuplicateKey } from './atomic-checks.ts';
import { expectThat, settleAll } from './gate-check.ts';
import type { GateCheck, GateContext } from './gate-check.ts';

const TRANSACTIONS = 30;

interface Posting extends Document {
  _id: number;
  key?: string;
}

/** Runs many transactions that each write a keyed document and a companion; returns how many of each there are then. */
async function race(context: GateContext, keyed: Collection<Posting>, keyOf: (id: number) => string | undefined) {
  const companions = await context.emptyCollection<Posting>(`${keyed.collectionName.split('_').at(-1)}_companions`);
  const work = Array.from({ length: TRANSACTIONS }, (_, _id) =>
    inTransaction(context.database, async (session) => {
      await companions.insertOne({ _id }, { session });
      const key = keyOf(_id);
      await keyed.insertOne(key === undefined ? { _id } : { _id, key }, { session });
    }),
  );
  const { done, errors } = await settleAll(work);
  const strange = errors.find((error) => !isDuplicateKey(error));
  expectThat(strange === undefined, `A transaction failed for another reason: ${String(strange)}.`);
  const [documents, others] = [await keyed.countDocuments(), await companions.countDocuments()];
  expectThat(documents === done.length && others === done.length, 'A refused transaction left something behind.');
  return done.length;
}

async function uniqueIndex(context: GateContext): Promise<string> {
  const keyed = await context.emptyCollection<Posting>('unique');
  await keyed.createIndex({ key: 1 }, { unique: true });
  const committed = await race(context, keyed, () => 'same');
  expectThat(committed === 1, `${committed} transactions with one unique key were committed.`);
  return `${TRANSACTIONS} transactions, one committed, nothing left of the others`;
}

async function partialUniqueIndex(context: GateContext): Promise<string> {
  const keyed = await context.emptyCollection<Posting>('partial');
  await keyed.createIndex({ key: 1 }, { unique: true, partialFilterExpression: { key: { $exists: true } } });
  const committed = await race(context, keyed, (id) => (id % 3 === 0 ? undefined : `k${id % 3}`));
  const expected = TRANSACTIONS / 3 + 2;
  expectThat(committed === expected, `${committed} transactions were committed, expected ${expected}.`);
  return `one committed for each key, all of those without`;
}

async function abortLeavesNothing({ database, emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<Posting>('abort');
  await items.insertOne({ _id: 1, key: 'old' });
  const abort = new Error('abort');
  const outcome = await inTransaction(database, async (session) => {
    await items.insertOne({ _id: 2 }, { session });
    await items.updateOne({ _id: 1 }, { $set: { key: 'new' } }, { session });
    throw abort;
  }).catch((error: unknown) => error);
  expectThat(outcome === abort, `The abort came back as another error: ${String(outcome)}.`);
  const left = await items.find().toArray();
  expectThat(left.length === 1 && left[0]?.key === 'old', 'An aborted transaction left something behind.');
  return 'an insert and an update were undone';
}

async function conflictLabel({ database, emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<Posting>('conflict');
  await items.insertOne({ _id: 1, key: 'start' });
  return database.client.withSession((first) =>
    database.client.withSession(async (second) => {
      first.startTransaction({ readConcern: { level: 'snapshot' } });
      second.startTransaction({ readConcern: { level: 'snapshot' } });
      await items.updateOne({ _id: 1 }, { $set: { key: 'first' } }, { session: first });
      const error: unknown = await items.updateOne({ _id: 1 }, { $set: { key: 'second' } }, { session: second }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      await second.abortTransaction();
      await first.commitTransaction();
      expectThat(error instanceof MongoServerError, 'Two transactions wrote one document and neither was refused.');
      expectThat(
        error.hasErrorLabel('TransientTransactionError'),
        `The conflict bears no transient label: ${error.message}.`,
      );
      expectThat((await items.findOne({ _id: 1 }))?.key === 'first', 'The refused transaction had its way.');
      return `the second was refused with code ${error.code} and TransientTransactionError`;
    }),
  );
}

async function snapshotReads({ database, emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<Posting>('snapshot');
  await items.insertMany([{ _id: 1, key: 'old' }, { _id: 2 }]);
  await inTransaction(database, async (session) => {
    const before = await items.find({}, { session }).toArray();
    await items.insertOne({ _id: 3 + before.length });
    await items.updateOne({ _id: 1 }, { $set: { key: 'new' } });
    const after = await items.find({}, { session }).toArray();
    expectThat(JSON.stringify(before) === JSON.stringify(after), 'A transaction saw what was written after it began.');
  });
  return 'two reads in one transaction saw the same';
}

/** What the money and the covers rest on. */
export const transactionChecks: readonly GateCheck[] = [
  { name: 'unique-index', run: uniqueIndex },
  { name: 'partial-unique-index', run: partialUniqueIndex },
  { name: 'abort', run: abortLeavesNothing },
  { name: 'conflict', run: conflictLabel },
  { name: 'snapshot', run: snapshotReads },
];
