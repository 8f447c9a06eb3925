import type { Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';
import { RECEIPT_OVERLAP_MS, walkReceipts, type ReceiptSlice } from '../shifts/walk-receipts.ts';
import { periodRows } from './billing-rows.ts';
import { CORRECTION_WAIT_MS } from './finish-close.ts';
import { ensurePeriods, periodId, type PeriodKey } from './period-for.ts';

interface Touched extends PeriodKey {
  /** The latest receipt of the day in what was looked at. */
  readonly receivedAt: Date;
}

export interface Discovered {
  /** Periods that were missing and are there now. */
  readonly created: number;
  /** Closed periods that later events opened again. */
  readonly reopened: number;
}

/**
 * Walks along the events received since the last run: makes periods that are missing, notes on each the latest receipt,
 * and opens closed ones again where an event was received after their cut-off, or so shortly before it that the close may
 * not have seen it (G18). Safe to run twice and at once.
 */
export async function discoverPeriods(services: Services, { now }: { readonly now: Instant }): Promise<Discovered> {
  let created = 0;
  let reopened = 0;
  await walkReceipts(services, { name: 'discover-periods', until: now + 1 }, async (slice) => {
    const touched = await touchedIn(services, slice);
    const result = await touchPeriods(services, touched, now);
    created += result.created;
    reopened += result.reopened;
  });
  return { created, reopened };
}

async function touchedIn({ models }: Services, { from, to }: ReceiptSlice): Promise<Touched[]> {
  return models.shiftEvents.collection
    .aggregate<Touched>(
      [
        { $match: { receivedAt: { $gte: from, $lt: to }, 'decision.cover.policyId': { $exists: true } } },
        ...latestReceiptByDay,
      ],
      { allowDiskUse: true },
    )
    .toArray();
}

const latestReceiptByDay = [
  {
    $group: {
      _id: { policyId: '$decision.cover.policyId', productDay: '$decision.cover.productDay' },
      receivedAt: { $max: '$receivedAt' },
    },
  },
  { $project: { _id: 0, policyId: '$_id.policyId', productDay: '$_id.productDay', receivedAt: 1 } },
];

/** The same for every event of one policy, whenever received: what a forced close relies on no cursor for. */
export async function discoverPeriodsOf(
  services: Services,
  { policyId, through, now }: { readonly policyId: string; readonly through: string; readonly now: Instant },
): Promise<Discovered> {
  const days = services.models.shiftEvents.collection.aggregate<Touched>(
    [
      { $match: { 'decision.cover.policyId': policyId, 'decision.cover.productDay': { $lte: through } } },
      ...latestReceiptByDay,
    ],
    { allowDiskUse: true },
  );
  return touchPeriods(services, await days.toArray(), now);
}

async function touchPeriods(services: Services, touched: readonly Touched[], now: Instant): Promise<Discovered> {
  if (touched.length === 0) return { created: 0, reopened: 0 };
  const created = await ensurePeriods(services, touched);
  const periods = periodRows(services);
  await periods.bulkWrite(
    touched.map((key) => ({
      updateOne: { filter: { _id: periodId(key) }, update: { $max: { lastReceivedAt: key.receivedAt } } },
    })),
    { ordered: false },
  );
  // The receipt is noted first: a close that finishes in between sees it, and stays open itself.
  const reopened = await periods.bulkWrite(
    touched.map((key) => ({
      updateOne: {
        filter: {
          _id: periodId(key),
          state: 'closed',
          cutOffAt: { $lte: new Date(key.receivedAt.getTime() + RECEIPT_OVERLAP_MS) },
        },
        update: { $set: { state: 'open', dueAt: new Date(now + CORRECTION_WAIT_MS) } },
      },
    })),
    { ordered: false },
  );
  return { created, reopened: reopened.modifiedCount };
}
