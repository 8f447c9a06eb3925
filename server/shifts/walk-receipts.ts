import type { Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';

/** An event may become visible after later ones: a flush lasts up to a minute, and clocks of processes differ (G18). */
export const RECEIPT_OVERLAP_MS = 5 * 60_000;

/** A stretch of receipts, `[from, to)`. */
export interface ReceiptSlice {
  readonly from: Date;
  readonly to: Date;
}

export interface ReceiptWalk {
  /** The cursor's name; walks of one name share it, also when they run at once. */
  readonly name: string;
  /** Only what was received before this. */
  readonly until: Instant;
  /** Slices count only events with these fields, which need an index of their own with `receivedAt`. Default all. */
  readonly among?: Readonly<Record<string, string>>;
  /** About so many events in a slice: more only where many were received in one millisecond. Default 10,000. */
  readonly sliceEvents?: number;
}

/**
 * Walks along the events in the order of their receipt, from where the last walk of this name stopped, minus the overlap,
 * slice by slice; `visit` must be idempotent. The cursor moves after each slice, so a crash repeats one slice at most, and
 * a lost cursor repeats everything. Returns the number of slices.
 */
export async function walkReceipts(
  { models }: Pick<Services, 'models'>,
  { name, until, among = {}, sliceEvents = 10_000 }: ReceiptWalk,
  visit: (slice: ReceiptSlice) => Promise<void>,
): Promise<number> {
  const cursor = await models.receiptCursors.findById(name).lean();
  let from = new Date(cursor ? cursor.receivedBefore.getTime() - RECEIPT_OVERLAP_MS : 0);
  let slices = 0;
  while (from.getTime() < until) {
    const to = await sliceEnd(models, { ...among, receivedAt: { $gte: from, $lt: new Date(until) } }, sliceEvents);
    await visit({ from, to });
    slices += 1;
    await models.receiptCursors.updateOne({ _id: name }, { $max: { receivedBefore: to } }, { upsert: true });
    from = to;
  }
  return slices;
}

async function sliceEnd(
  models: Services['models'],
  filter: { readonly receivedAt: { readonly $gte: Date; readonly $lt: Date } },
  sliceEvents: number,
): Promise<Date> {
  const [last] = await models.shiftEvents.collection
    .find(filter, { projection: { _id: 0, receivedAt: 1 } })
    .sort({ receivedAt: 1 })
    .skip(sliceEvents - 1)
    .limit(1)
    .toArray();
  const receivedAt: unknown = last?.receivedAt;
  return receivedAt instanceof Date ? new Date(receivedAt.getTime() + 1) : filter.receivedAt.$lt;
}
