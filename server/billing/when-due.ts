import type { Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';
import { periodRows } from './billing-rows.ts';
import type { PeriodDocument } from './period-model.ts';

/** Imports come in parts: a day of a policy with declared back-filling waits so long after the last receipt (G18). */
export const BACK_FILL_WAIT_MS = 7 * 86_400_000;

/**
 * When an open period is due. On a policy with declared back-filling it is looked up in the events themselves, and what
 * was found is kept as the period's `dueAt`, so that a day which is not yet due leaves the list of due ones.
 */
export async function whenDue(
  services: Pick<Services, 'models' | 'database'>,
  period: PeriodDocument,
): Promise<Instant> {
  const { models } = services;
  const { policyId, productDay } = period;
  const planned = period.dueAt.getTime();
  if (!(await models.policyRevisions.exists({ policyId, backFilling: true }))) return planned;
  const [last] = await models.shiftEvents.collection
    .aggregate<{ receivedAt: Date }>([
      { $match: { 'decision.cover.policyId': policyId, 'decision.cover.productDay': productDay } },
      { $group: { _id: null, receivedAt: { $max: '$receivedAt' } } },
    ])
    .toArray();
  const dueAt = Math.max(planned, last ? last.receivedAt.getTime() + BACK_FILL_WAIT_MS : 0);
  if (dueAt > planned) {
    await periodRows(services).updateOne({ _id: period._id }, { $max: { dueAt: new Date(dueAt) } });
  }
  return dueAt;
}
