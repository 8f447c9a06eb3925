import { hourMs, type Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';
import { applyDueFacts } from './apply-due-facts.ts';
import { readableProviderOf } from './provider-of.ts';
import { recordFacts } from './record-facts.ts';

const CURSOR = 'settlements:stripe';
/** Read again each time: what the provider lists a little late. */
const OVERLAP_MS = 2 * hourMs;
/** The first reading looks back as far as money may still be on its way. */
const FIRST_MS = 35 * 24 * hourMs;

/**
 * Reads the settlements that the provider began since the last time, keeps them, and books those whose money is there.
 * Throws `provider_unavailable`; nothing is skipped then, the next run begins where the last good one ended.
 */
export async function settlePayments(
  services: Services,
  { now }: { readonly now: Instant },
): Promise<{ readonly read: number; readonly applied: number; readonly refused: number }> {
  const { models } = services;
  const cursor = await models.receiptCursors.findById(CURSOR).lean();
  const from = (cursor?.receivedBefore.getTime() ?? now - FIRST_MS) - OVERLAP_MS;
  const { facts } = await readableProviderOf(services, 'stripe').readSettlements({ from, to: now });
  const read = await recordFacts(services, facts, { source: 'reading', now });
  await models.receiptCursors.updateOne({ _id: CURSOR }, { $max: { receivedBefore: new Date(now) } }, { upsert: true });
  return { read, ...(await applyDueFacts(services, { now })) };
}
