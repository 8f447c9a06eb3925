import { hash } from 'node:crypto';
import type { DirectTransfer, NewTransfer } from '../../programs/ledger/transfer.ts';
import type { TransferDocument } from './ledger-models.ts';

/** SHA-256 of what the caller gave, whatever the order in which it was named, to tell a repetition from a clash (M2). */
export function hashTransfer(transfer: NewTransfer): string {
  const { id, kind, type, effectiveOn, refs = {} } = transfer;
  const named = Object.entries(refs).sort(([a], [b]) => (a < b ? -1 : 1));
  const facts = 'resolves' in transfer ? [transfer.resolves, transfer.amount ?? null] : directFacts(transfer);
  return hash('sha256', JSON.stringify([id, kind, type, effectiveOn, named, ...facts]), 'base64url');
}

function directFacts({ debit, credit, amount, expiresAt }: DirectTransfer): readonly unknown[] {
  return [debit, credit, amount, expiresAt ?? null];
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
