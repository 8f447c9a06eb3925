import type { Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';
import { collectDebts } from './collect-debts.ts';
import { settleEnvelope } from './settle-envelope.ts';
import { settlePrepaidDays } from './settle-prepaid-days.ts';

/**
 * A flush that was paid from an envelope ends well within this after the envelope's time (G19), clocks of processes set
 * apart by half of it.
 */
const FLUSH_OVER_MS = 2 * 60_000;
const PAGE = 100;

/** What a run settled. */
export interface Settled {
  readonly envelopes: number;
  readonly days: number;
  readonly failed: number;
}

/**
 * Closes the envelopes that their owners did not close (a crash, a flush of which it is not certain what was stored), and
 * settles what closed days owe (G21); what came back pays what platforms owe first. An envelope waits until the repair has walked past its time: then every cover that it
 * paid for is stored, and the count of them is what was spent.
 */
export async function settleEnvelopes(services: Services, { now }: { readonly now: Instant }): Promise<Settled> {
  const { models, log } = services;
  const repaired = await models.receiptCursors.findById('repair-covers').lean();
  const until = Math.min(now - FLUSH_OVER_MS, repaired?.receivedBefore.getTime() ?? 0);
  let envelopes = 0;
  let failed = 0;
  let after = '';
  for (;;) {
    const page = await models.envelopes
      .find({ state: 'open', expiresAt: { $lte: new Date(until) }, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(PAGE)
      .lean();
    for (const envelope of page) {
      try {
        if (await settleEnvelope(services, envelope)) envelopes += 1;
      } catch (error) {
        failed += 1;
        log.error({ err: error, envelopeId: envelope._id }, 'an envelope was not settled; it stays due');
      }
    }
    if (page.length < PAGE) break;
    after = page.at(-1)?._id ?? '';
  }
  const days = await settlePrepaidDays(services);
  // Last: both may have brought money back to a deposit whose platform owes.
  const collected = await collectDebts(services);
  return { envelopes, days: days.settled, failed: failed + days.failed + collected.failed };
}
