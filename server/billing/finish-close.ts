import { toLong } from '../database/longs.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Services } from '../services.ts';
import { RECEIPT_OVERLAP_MS } from '../shifts/walk-receipts.ts';
import type { CloseResult } from './close-day.ts';
import { periodRows, statementRows } from './billing-rows.ts';
import { closeKey, LeaseLost } from './close-lease.ts';
import type { Closing, PeriodDocument } from './period-model.ts';

/** A late correction waits this long for others of its day, so that they share one statement. */
export const CORRECTION_WAIT_MS = 60 * 60_000;

/**
 * The last step of a close, in one transaction: the statement appears, with what it declares, and the period moves on.
 * A close without lines writes no statement. The period stays open when it was closed before its time, or when an event
 * received around the cut-off may have been missed. Throws `LeaseLost`.
 */
export async function finishClose(services: Services, period: PeriodDocument, closing: Closing): Promise<CloseResult> {
  const { models, database } = services;
  const key = closeKey(period.policyId, period.productDay, period.revision + 1);
  const { lineCount, amount, currency, cutOffAt, statementId } = closing;
  const issuedAt = new Date(services.clock.now());
  await inTransaction(database, async (session) => {
    const current = await models.periods.findById(period._id).session(session).lean();
    if (current?.closing?.attempt !== closing.attempt) throw new LeaseLost(period._id);
    const early = cutOffAt < current.dueAt;
    const missable =
      current.lastReceivedAt && current.lastReceivedAt.getTime() >= cutOffAt.getTime() - RECEIPT_OVERLAP_MS;
    const again = Math.max(current.dueAt.getTime(), cutOffAt.getTime() + CORRECTION_WAIT_MS);
    await periodRows(services).updateOne(
      { _id: period._id, 'closing.attempt': closing.attempt },
      {
        $set: {
          cutOffAt,
          revision: period.revision + (lineCount > 0 ? 1 : 0),
          ...(early || missable ? { state: 'open', dueAt: new Date(again) } : { state: 'closed' }),
        },
        $unset: { closing: '' },
      },
      { session },
    );
    if (lineCount === 0 || currency === undefined) return;
    const statement = {
      _id: statementId,
      closeKey: key,
      policyId: period.policyId,
      platformId: period.platformId,
      productDay: period.productDay,
      issuedAt,
      lineCount,
      // A close issues at most one line per cover.
      coverCount: lineCount,
      total: { amount: toLong(amount), currency },
      cutOffAt,
    };
    await statementRows(services).insertOne(statement, { session });
  });
  if (lineCount === 0 || currency === undefined) return { status: 'nothing_new' };
  return { status: 'issued', statementId, lineCount, total: { amount, currency } };
}
