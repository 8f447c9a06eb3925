import { formatInstant, type Instant } from '../../programs/calendar.ts';
import type { FoldedCover, FoldedShift } from '../../programs/cover/cover-facts.ts';
import { products } from '../../programs/products/catalogue.ts';
import { foldCovers } from '../billing/fold-covers.ts';
import { inTransaction } from '../database/transaction.ts';
import type { EventDocument } from '../events/event-model.ts';
import { eventDocument } from '../events/event-row.ts';
import type { Services } from '../services.ts';
import type { NoticeDocument } from './notice-model.ts';
import { RECEIPT_OVERLAP_MS, walkReceipts, type ReceiptSlice } from './walk-receipts.ts';

const MINUTE_MS = 60_000;
const BATCH = 500;

/**
 * Tells about shifts that never ended (G14): a notice under a deterministic id, an event for the platform and a line in the
 * log for each, once. It
 * inserts no event: the fold ends such a shift by itself, at start + longest shift. A start is looked at when the longest
 * shift of any product has passed since its receipt, so no end that may still come in time is called missing. Returns the
 * number of new notices; running twice, or at once, tells nothing twice.
 */
export async function noticeClippedShifts(services: Services, { now }: { readonly now: Instant }): Promise<number> {
  const longestMs = Math.max(...products().map(({ longestShiftMinutes }) => longestShiftMinutes)) * MINUTE_MS;
  let told = 0;
  await walkReceipts(
    services,
    // An event may be stamped a little in the future (G16), which the overlap covers.
    { name: 'clipped-shifts', until: now - longestMs - RECEIPT_OVERLAP_MS },
    async (slice) => {
      told += await noticeIn(services, slice, now);
    },
  );
  return told;
}

interface StartedCover {
  readonly _id: string;
  readonly workerId: string;
  readonly platformId: string;
}

async function noticeIn(services: Services, { from, to }: ReceiptSlice, now: Instant): Promise<number> {
  // By day, so that covers folded together share one window of events.
  const days = services.models.shiftEvents.collection.aggregate<{ covers: StartedCover[] }>(
    [
      {
        $match: {
          receivedAt: { $gte: from, $lt: to },
          type: { $in: ['shift.started', 'order.accepted'] },
          'decision.cover.coverId': { $exists: true },
        },
      },
      {
        $group: {
          _id: '$decision.cover.coverId',
          workerId: { $first: '$workerId' },
          platformId: { $first: '$platformId' },
          productDay: { $first: '$decision.cover.productDay' },
        },
      },
      {
        $group: {
          _id: '$productDay',
          covers: { $push: { _id: '$_id', workerId: '$workerId', platformId: '$platformId' } },
        },
      },
      { $sort: { _id: 1 } },
    ],
    { allowDiskUse: true },
  );
  let told = 0;
  for await (const { covers } of days) {
    for (let i = 0; i < covers.length; i += BATCH) told += await noticeAmong(services, covers.slice(i, i + BATCH), now);
  }
  return told;
}

async function noticeAmong(services: Services, covers: readonly StartedCover[], now: Instant): Promise<number> {
  const platforms = new Map(covers.map(({ _id, platformId }) => [_id, platformId]));
  const folded = await foldCovers(
    services,
    covers.map(({ _id, workerId }) => ({ coverId: _id, workerId })),
    now,
  );
  const notices = folded.flatMap((cover) =>
    cover.shifts
      .filter(({ end, endedAt }) => end === 'clipped' && endedAt <= now)
      .map((shift) => noticeOf(cover, shift, platforms.get(cover.terms.coverId) ?? '', now)),
  );
  if (notices.length === 0) return 0;
  const told = await storeNew(services, notices);
  for (const { platformId, workerId, shiftId, startedAt, clippedAt } of told) {
    services.log.warn({ platformId, workerId, shiftId, startedAt, clippedAt }, 'shift never ended');
  }
  return told.length;
}

/** Notice and event go together; answers the notices that were not there before. */
async function storeNew(
  { database }: Services,
  notices: readonly NoticeDocument[],
): Promise<readonly NoticeDocument[]> {
  const { db } = database;
  return inTransaction(database, async (session) => {
    const { upsertedIds } = await db
      .collection<NoticeDocument>('notices')
      .bulkWrite(notices.map(onlyOnce), { session });
    const fresh = Object.keys(upsertedIds).flatMap((index) => notices[Number(index)] ?? []);
    if (fresh.length > 0)
      await db.collection<EventDocument>('events').bulkWrite(fresh.map(tidings).map(onlyOnce), { session });
    return fresh;
  });
}

const onlyOnce = <T extends { readonly _id: string }>(document: T) => ({
  updateOne: { filter: { _id: document._id }, update: { $setOnInsert: document }, upsert: true },
});

function tidings(notice: NoticeDocument): EventDocument {
  const { platformId, workerId, shiftId, orderId, policyId, coverId, productDay, startedAt, clippedAt } = notice;
  return eventDocument({
    type: 'shift.clipped',
    aggregateId: notice._id,
    sequence: 1,
    audience: { kind: 'platform', platformId },
    occurredAt: clippedAt.getTime(),
    recordedAt: notice.noticedAt.getTime(),
    data: {
      workerId,
      shiftId,
      ...(orderId !== undefined && { orderId }),
      policyId,
      coverId,
      productDay,
      startedAt: formatInstant(startedAt.getTime()),
      clippedAt: formatInstant(clippedAt.getTime()),
    },
  });
}

function noticeOf({ terms }: FoldedCover, shift: FoldedShift, platformId: string, now: Instant): NoticeDocument {
  const parts = [platformId, terms.workerId, shift.shiftId, shift.orderId ?? '', String(shift.startedAt)];
  return {
    _id: `clipped:${parts.map(encodeURIComponent).join('/')}`,
    kind: 'shift_never_ended',
    platformId,
    policyId: terms.policyId,
    workerId: terms.workerId,
    productDay: terms.productDay,
    coverId: terms.coverId,
    shiftId: shift.shiftId,
    ...(shift.orderId !== undefined && { orderId: shift.orderId }),
    startedAt: new Date(shift.startedAt),
    clippedAt: new Date(shift.endedAt),
    eventIds: [...shift.eventIds],
    noticedAt: new Date(now),
  };
}
