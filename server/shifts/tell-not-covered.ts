import { formatInstant, type Instant } from '../../programs/calendar.ts';
import { reasonOf } from '../../programs/cover/reasons.ts';
import type { EventDocument } from '../events/event-model.ts';
import { eventDocument } from '../events/event-row.ts';
import type { Services } from '../services.ts';
import { isStart } from './intake-item.ts';
import type { ShiftEventDocument } from './shift-event-model.ts';
import { insertNew } from './store-flush.ts';
import { walkReceipts } from './walk-receipts.ts';

const NOT_COVERED = { 'decision.outcome': 'not_covered' } as const;
const BATCH = 500;

/**
 * Tells platforms of the starts that were refused (`cover.not_covered`). The answer to the start said so already; this is
 * for whoever else must learn it. Derived from the stored events, so that the hot path does nothing more, under ids made
 * from theirs: walking twice, or at once, tells nothing twice. With a tick each minute it is told within a minute or so of
 * the receipt. What is imported is not told: the import's own verdicts are, and old days would flood the endpoints.
 * Returns how many were told for the first time.
 */
export async function tellNotCovered(services: Services, { now }: { readonly now: Instant }): Promise<number> {
  let told = 0;
  // Up to this very moment: a flush that is still under way is met again, because each walk begins in the last one's overlap.
  await walkReceipts(services, { name: 'tell-not-covered', until: now, among: NOT_COVERED }, async ({ from, to }) => {
    const refused = services.models.shiftEvents.collection
      .find<ShiftEventDocument>({ ...NOT_COVERED, receivedAt: { $gte: from, $lt: to } })
      .batchSize(BATCH);
    let batch: EventDocument[] = [];
    const tell = async (): Promise<void> => {
      told += batch.length - (await insertNew(services.database.db, 'events', batch)).size;
      batch = [];
    };
    for await (const event of refused) {
      if (event.via === 'import' || !isStart(event)) continue;
      batch.push(tidings(event, now));
      if (batch.length >= BATCH) await tell();
    }
    await tell();
  });
  return told;
}

function tidings(event: ShiftEventDocument, now: Instant): EventDocument {
  return eventDocument({
    type: 'cover.not_covered',
    aggregateId: event._id,
    sequence: 1,
    audience: { kind: 'platform', platformId: event.platformId },
    occurredAt: event.time.getTime(),
    recordedAt: now,
    data: {
      eventId: event._id,
      workerId: event.workerId,
      externalId: event.externalId,
      shiftId: event.shiftId,
      ...(event.orderId !== undefined && { orderId: event.orderId }),
      ...(event.policyId !== undefined && { policyId: event.policyId }),
      startedAt: formatInstant(event.time.getTime()),
      reasons: event.decision.reasons.flatMap((name) => {
        const reason = reasonOf(name);
        return reason ? [{ code: reason.code, name: reason.name }] : [];
      }),
    },
  });
}
