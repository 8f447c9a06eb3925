import type { Filter } from 'mongodb';
import type { TransferDocument } from '../ledger-models.ts';
import type { RowKey } from './book-documents.ts';

/** The order of the books: by when they were booked, then by id. */
export const ROW_ORDER = { bookedAt: 1, _id: 1 } as const;

export const rowKey = ({ bookedAt, _id: id }: Pick<TransferDocument, '_id' | 'bookedAt'>): RowKey => ({ bookedAt, id });

/** Rows after a key (all, when there is none) up to and with another. */
export function rowsBetween(after: RowKey | undefined, upTo?: RowKey): Filter<TransferDocument> {
  const bounds: Filter<TransferDocument>[] = [
    // The plain bounds are those of the index; the others cut off what shares its instant with a key.
    {
      bookedAt: { ...(after && { $gte: after.bookedAt }), ...(upTo && { $lte: upTo.bookedAt }) },
    },
  ];
  if (after === undefined && upTo === undefined) return {};
  if (after) bounds.push({ $or: [{ bookedAt: { $gt: after.bookedAt } }, { _id: { $gt: after.id } }] });
  if (upTo) bounds.push({ $or: [{ bookedAt: { $lt: upTo.bookedAt } }, { _id: { $lte: upTo.id } }] });
  return { $and: bounds };
}
