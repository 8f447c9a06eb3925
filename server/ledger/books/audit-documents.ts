import { checkResolvers, checkTransfer, type BookedTransfer } from '../../../programs/ledger/check-books.ts';
import { breach, type Breach } from '../../../programs/ledger/invariants.ts';
import type { TransferDocument } from '../ledger-models.ts';
import { givenContents, hashTransfer } from '../transfer-hash.ts';
import { BATCH, type LedgerView } from './read-ledger.ts';

/** L1, L2, L3 and L8 of one stored transfer. */
export function auditTransfer(transfer: TransferDocument): readonly Breach[] {
  const found = checkTransfer(transfer);
  if (!givenContents(transfer).some((given) => hashTransfer(given) === transfer.hash)) {
    const message = 'Its content is not the one that its hash was made of.';
    found.push(breach('L8', { transferId: transfer._id }, message));
  }
  return found;
}

/** L1: amounts that are stored as other than longs, which the driver hides from whoever reads them. */
export async function* auditAmountTypes({ transfers, moment }: LedgerView): AsyncGenerator<Breach> {
  const notLong = { $not: { $type: 'long' } } as const;
  const wrong = {
    $or: [
      { amount: notLong },
      { debitSeq: notLong },
      { creditSeq: notLong },
      { reserved: { $exists: true, ...notLong } },
    ],
  };
  for await (const { _id } of transfers.find(wrong, { ...moment, projection: { _id: 1 } })) {
    yield breach('L1', { transferId: _id }, 'A number of it is not stored as a 64-bit integer.');
  }
}

/** L8: ids that were both refused and booked; `refusedIds` and `bookedIds` are any two sets of which one is complete. */
export async function* auditRefusals(view: LedgerView, bookedIds?: readonly string[]): AsyncGenerator<Breach> {
  const { refusals, transfers, moment } = view;
  const told = (transferId: string): Breach =>
    breach('L8', { transferId }, 'It was refused, and is booked all the same.');
  if (bookedIds !== undefined) {
    for (const ids of batchesOf(bookedIds)) {
      for (const { _id } of await refusals.find({ _id: { $in: ids } }, { ...moment, projection: { _id: 1 } }).toArray())
        yield told(_id);
    }
    return;
  }
  for await (const refused of inBatches(refusals.find({}, { ...moment, projection: { _id: 1 } }).batchSize(BATCH))) {
    const ids = refused.map(({ _id }) => _id);
    for (const { _id } of await transfers.find({ _id: { $in: ids } }, { ...moment, projection: { _id: 1 } }).toArray())
      yield told(_id);
  }
}

/** L7 of every pending transfer that is resolved. */
export async function* auditResolvers(view: LedgerView): AsyncGenerator<Breach> {
  const { transfers, moment } = view;
  const all = transfers
    .find({ resolves: { $exists: true } }, moment)
    .sort({ resolves: 1 })
    .batchSize(BATCH)
    .allowDiskUse();
  let carried: TransferDocument[] = [];
  for await (const batch of inBatches<TransferDocument>(all)) {
    const resolvers = [...carried, ...batch];
    const last = resolvers.at(-1)?.resolves;
    // The rest of the last one's company may stand in the next batch.
    carried = resolvers.filter(({ resolves }) => resolves === last);
    yield* await checkTogether(view, resolvers.slice(0, resolvers.length - carried.length));
  }
  yield* await checkTogether(view, carried);
}

/** L7 of these pending transfers. */
export async function* auditResolved(view: LedgerView, pendingIds: readonly string[]): AsyncGenerator<Breach> {
  for (const ids of batchesOf(pendingIds)) {
    yield* await checkTogether(view, await view.transfers.find({ resolves: { $in: ids } }, view.moment).toArray());
  }
}

async function checkTogether(view: LedgerView, resolvers: readonly BookedTransfer[]): Promise<readonly Breach[]> {
  const groups = new Map<string, BookedTransfer[]>();
  for (const resolver of resolvers) {
    const group = groups.get(String(resolver.resolves));
    if (group === undefined) groups.set(String(resolver.resolves), [resolver]);
    else group.push(resolver);
  }
  const found = await view.transfers.find({ _id: { $in: [...groups.keys()] } }, view.moment).toArray();
  const pending = new Map(found.map((each) => [each._id, each]));
  return [...groups].flatMap(([id, group]) => checkResolvers(pending.get(id), group));
}

function* batchesOf(ids: readonly string[]): Generator<string[]> {
  for (let at = 0; at < ids.length; at += BATCH) yield ids.slice(at, at + BATCH);
}

/** A stream in arrays of bounded length. */
export async function* inBatches<T>(items: AsyncIterable<T>, size = BATCH): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
