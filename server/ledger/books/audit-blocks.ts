import type { Db } from 'mongodb';
import { breach, type Breach } from '../../../programs/ledger/invariants.ts';
import { blockHash, NO_BLOCK, PRINT_BYTES, RowHasher } from './block-hash.ts';
import { blockRows, monthRows, type BlockDocument } from './book-documents.ts';
import { BATCH, viewOf } from './read-ledger.ts';
import { ROW_ORDER, rowsBetween } from './row-order.ts';

export interface BlockAudit {
  /** Go on after this block; 0: from the beginning. */
  readonly after: number;
  /** The last one; default: all that there are. */
  readonly upTo?: number;
}

/** L10 of the blocks after one: rows hash to what was sealed, and each block leads to the next. Named are the rows that do not fit. */
export async function* auditBlocks(
  db: Db,
  { after, upTo = Number.MAX_SAFE_INTEGER }: BlockAudit,
): AsyncGenerator<Breach> {
  const before = after > 0 ? await blockRows(db).findOne({ _id: after }) : null;
  if (after > 0 && before === null) yield blockBreach(after, 'It was verified before, and is gone.');
  let last: BlockDocument | undefined = before ?? undefined;
  let expected = after + 1;
  for await (const block of blockRows(db)
    .find({ _id: { $gt: after, $lte: upTo } })
    .sort({ _id: 1 })
    .batchSize(10)) {
    if (block._id !== expected) yield blockBreach(expected, `It is missing; the next one is ${block._id}.`);
    const prevHash = last?.hash ?? NO_BLOCK;
    if (block.prevHash !== prevHash) yield blockBreach(block._id, 'It does not lead on from the block before.');
    if (block.hash !== blockHash(block)) yield blockBreach(block._id, 'Its own hash does not fit.');
    yield* auditRows(db, last, block);
    last = block;
    expected = block._id + 1;
  }
}

async function* auditRows(db: Db, last: BlockDocument | undefined, block: BlockDocument): AsyncGenerator<Breach> {
  const hasher = new RowHasher();
  const sealed = printsOf(block);
  const strangers: string[] = [];
  const rows = viewOf(db).transfers.find(rowsBetween(last?.toKey, block.toKey)).sort(ROW_ORDER).batchSize(BATCH);
  for await (const row of rows) if (!sealed.delete(hasher.add(row).toString('hex'))) strangers.push(row._id);
  const { rowCount, rowsHash } = hasher.end();
  if (rowCount === block.rowCount && rowsHash === block.rowsHash) return;
  for (const transferId of strangers) {
    yield breach('L10', { transferId }, `It was changed, or slipped in, after block ${block._id} was sealed.`);
  }
  if (sealed.size > strangers.length || strangers.length === 0) {
    const said = `${block.rowCount} rows were sealed, ${rowCount} are there, ${strangers.length} of them unknown`;
    yield blockBreach(block._id, `Rows were removed or moved: ${said}.`);
  }
}

function printsOf({ rowPrints }: BlockDocument): Set<string> {
  const bytes = Buffer.from(rowPrints.buffer);
  const prints = new Set<string>();
  for (let at = 0; at < bytes.length; at += PRINT_BYTES) {
    prints.add(bytes.subarray(at, at + PRINT_BYTES).toString('hex'));
  }
  return prints;
}

/** L10: the heads under which months were closed are still those of the chain, and nothing was added to the months since. */
export async function* auditMonths(db: Db): AsyncGenerator<Breach> {
  for await (const { _id: month, closedAt, headBlock = 0, headHash = NO_BLOCK } of monthRows(db).find()) {
    if (closedAt === undefined) continue;
    const head = await blockRows(db).findOne({ _id: headBlock });
    if ((head?.hash ?? NO_BLOCK) !== headHash) {
      yield blockBreach(headBlock, `It is not the head under which ${month} was closed.`);
    }
    const later = viewOf(db).transfers.find(
      { $and: [{ effectiveOn: { $gte: `${month}-01`, $lte: `${month}-31` } }, rowsBetween(head?.toKey)] },
      { projection: { _id: 1 } },
    );
    for await (const { _id: transferId } of later) {
      yield breach('L10', { transferId }, `It counts to ${month}, and was booked after that month was closed.`);
    }
  }
}

const blockBreach = (block: number, message: string): Breach => breach('L10', { subject: `block ${block}` }, message);
