import { hash } from 'node:crypto';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import { canonicalJson } from '../http/canonical-json.ts';
import type { TransferDocument } from './ledger-models.ts';

/** SHA-256 in hex of what the caller gave, to tell a repetition from a clash (M2). Absent and undefined are the same. */
export function transferHash(transfer: NewTransfer): string {
  return hash('sha256', canonicalJson(transfer));
}

/**
 * What the caller may have given for a transfer that is stored: one content, or two, because a `post` of all that was
 * reserved may name the amount or leave it out.
 */
export function givenContents(stored: TransferDocument): readonly [NewTransfer, ...NewTransfer[]] {
  const { _id: id, kind, effectiveOn, refs, type, debit, credit, amount, resolves = '', reserved, expiresAt } = stored;
  const common = { id, kind, effectiveOn, ...(refs && { refs }) };
  switch (type) {
    case 'posted':
    case 'pending':
      return [{ ...common, type, debit, credit, amount, ...(expiresAt && { expiresAt: expiresAt.getTime() }) }];
    case 'post':
      if (amount !== reserved) return [{ ...common, type, resolves, amount }];
      return [
        { ...common, type, resolves },
        { ...common, type, resolves, amount },
      ];
    case 'void':
    case 'expire':
      return [{ ...common, type, resolves }];
  }
}
