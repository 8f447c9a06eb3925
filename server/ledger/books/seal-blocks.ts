import { Binary } from 'mongodb';
import { isDuplicateKey } from '../../database/duplicate-key.ts';
import type { Services } from '../../services.ts';
import { blockHash, NO_BLOCK, RowHasher } from './block-hash.ts';
import { blockRows, type BlockDocument, type RowKey } from './book-documents.ts';
import { viewOf } from './read-ledger.ts';
import { ROW_ORDER, rowKey, rowsBetween } from './row-order.ts';

/**
 * Older transfers are complete: nothing can appear before them any more. A commit's flush gives up after some seconds; and
 * a transaction that somebody else holds open is ended by the server after 60 s, for which it looks every 30 s.
 */
export const SEAL_AFTER_MS = 120_000;
const ROWS_MAX = 5_000;

export interface SealBlocks {
  readonly rowsMax?: number;
}

/**
 * Seals what is old enough into blocks, each full, and the rest into a last one. Several sealers at once seal each row
 * once: the number of a block is its `_id`, and who comes second leaves the rest to the first. Answers what this one sealed.
 */
export async function sealBlocks(
  { database: { db }, clock }: Pick<Services, 'database' | 'clock'>,
  { rowsMax = ROWS_MAX }: SealBlocks = {},
): Promise<{ readonly blocks: number; readonly rows: number }> {
  const now = clock.now();
  const upTo = new Date(now - SEAL_AFTER_MS);
  const sealed = { blocks: 0, rows: 0 };
  for (let last = await lastBlock(db); ;) {
    const block = await nextBlock(db, last, { upTo, rowsMax, sealedAt: new Date(now) });
    if (block === undefined) return sealed;
    try {
      await blockRows(db).insertOne(block);
    } catch (error) {
      if (isDuplicateKey(error)) return sealed;
      throw error;
    }
    sealed.blocks += 1;
    sealed.rows += block.rowCount;
    last = block;
  }
}

/** The head of the chain; undefined before the first block. */
export async function lastBlock(db: Services['database']['db']): Promise<BlockDocument | undefined> {
  return (await blockRows(db).findOne({}, { sort: { _id: -1 } })) ?? undefined;
}

async function nextBlock(
  db: Services['database']['db'],
  last: BlockDocument | undefined,
  { upTo, rowsMax, sealedAt }: { readonly upTo: Date; readonly rowsMax: number; readonly sealedAt: Date },
): Promise<BlockDocument | undefined> {
  const hasher = new RowHasher();
  let fromKey: RowKey | undefined;
  let toKey: RowKey | undefined;
  const rows = viewOf(db)
    .transfers.find({ $and: [{ bookedAt: { $lte: upTo } }, rowsBetween(last?.toKey)] })
    .sort(ROW_ORDER)
    .limit(rowsMax);
  for await (const row of rows) {
    hasher.add(row);
    toKey = rowKey(row);
    fromKey ??= toKey;
  }
  if (fromKey === undefined || toKey === undefined) return undefined;
  const { prints, ...hashed } = hasher.end();
  const block = { _id: (last?._id ?? 0) + 1, fromKey, toKey, ...hashed, prevHash: last?.hash ?? NO_BLOCK, sealedAt };
  return { ...block, rowPrints: new Binary(prints), hash: blockHash(block) };
}
