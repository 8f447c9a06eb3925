import { createHash, hash } from 'node:crypto';
import { canonicalJson } from '../../http/canonical-json.ts';
import type { TransferDocument } from '../ledger-models.ts';
import type { BlockDocument } from './book-documents.ts';

/** What stands before the first block. */
export const NO_BLOCK = '0'.repeat(64);
/** Of each row's hash so much is kept beside the block, to name the row when it was changed. */
export const PRINT_BYTES = 8;

/** SHA-256 of every field that is stored, whatever it is called; dates as ISO text. */
export const rowHash = (row: TransferDocument): Buffer => hash('sha256', canonicalJson(row), 'buffer');

/** The rows of a block, hashed as they come. */
export class RowHasher {
  readonly #all = createHash('sha256');
  readonly #prints: Buffer[] = [];

  /** Answers the row's print. */
  add(row: TransferDocument): Buffer {
    const full = rowHash(row);
    const print = full.subarray(0, PRINT_BYTES);
    this.#all.update(full);
    this.#prints.push(print);
    return print;
  }

  end(): { readonly rowCount: number; readonly rowsHash: string; readonly prints: Buffer } {
    return {
      rowCount: this.#prints.length,
      rowsHash: this.#all.digest('hex'),
      prints: Buffer.concat(this.#prints),
    };
  }
}

/** The hash of a block: of its rows and of everything before it. */
export function blockHash(
  block: Pick<BlockDocument, '_id' | 'fromKey' | 'toKey' | 'rowCount' | 'rowsHash' | 'prevHash' | 'sealedAt'>,
): string {
  const { _id, fromKey, toKey, rowCount, rowsHash, prevHash, sealedAt } = block;
  return hash('sha256', canonicalJson({ _id, fromKey, toKey, rowCount, rowsHash, prevHash, sealedAt }));
}
