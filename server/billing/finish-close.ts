import type { Document } from 'mongodb';
import { toLong } from '../database/longs.ts';
import { eventWrite } from '../events/event-row.ts';
import { receivableWrite } from '../invoices/receivable-write.ts';
import type { LedgerUnit, UnitWrite } from '../ledger/ledger.ts';
import type { Services } from '../services.ts';
import { RECEIPT_OVERLAP_MS } from '../shifts/walk-receipts.ts';
import type { CloseResult } from './close-day.ts';
import { closeKey, LeaseLost } from './close-lease.ts';
import type { Closing, PeriodDocument } from './period-model.ts';
import { prepareStatement } from './prepare-statement.ts';

/** A late correction waits this long for others of its day, so that they share one statement. */
export const CORRECTION_WAIT_MS = 60 * 60_000;

/** The period is read and moved on by compare-and-set; somebody notes a late receipt in between so often at most. */
const TRIES_MAX = 20;

/**
 * The last step of a close, in one unit of the ledger: the statement appears, with what it declares, its premium is booked,
 * the platform is told, and the period moves on; or nothing of it happens. A close without lines writes no statement. The
 * period stays open when it was closed before its time, or when an event received around the cut-off may have been missed.
 * Throws `LeaseLost`, and what the ledger throws; the close is then still to be finished, by whoever comes next.
 */
export async function finishClose(services: Services, period: PeriodDocument, closing: Closing): Promise<CloseResult> {
  const { lineCount, amount, currency, statementId } = closing;
  const issued = lineCount > 0 && currency !== undefined;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const current = await services.models.periods.findById(period._id).lean();
    if (current?.closing?.attempt !== closing.attempt) throw new LeaseLost(period._id);
    const moved = movePeriod(current, closing, issued);
    const unit = issued ? await issue(services, current, closing, currency) : { transfers: [], writes: [] };
    const id = closeKey(period.policyId, period.productDay, period.revision + 1);
    const result = await services.ledger.commit({ ...unit, id, writes: [moved, ...unit.writes] });
    if (result.status !== 'refused') {
      return issued
        ? { status: 'issued', statementId, lineCount, total: { amount, currency } }
        : { status: 'nothing_new' };
    }
    // The period was touched, or the month closed, since they were read: look again. Any other refusal is a bug.
    if (result.code !== 'guard_failed' && result.code !== 'month_closed') {
      throw new Error(`The ledger refuses ${id}: ${result.code}, ${result.message}`);
    }
  }
  throw new Error(`The period ${period._id} changed ${TRIES_MAX} times while its close was being finished.`);
}

function movePeriod(current: PeriodDocument, closing: Closing, issued: boolean): UnitWrite {
  const { attempt, cutOffAt } = closing;
  const { lastReceivedAt, dueAt, revision } = current;
  const early = cutOffAt < dueAt;
  const missable = lastReceivedAt && lastReceivedAt.getTime() >= cutOffAt.getTime() - RECEIPT_OVERLAP_MS;
  const again = Math.max(dueAt.getTime(), cutOffAt.getTime() + CORRECTION_WAIT_MS);
  return {
    kind: 'update',
    collection: 'periods',
    id: current._id,
    guard: { 'closing.attempt': attempt, dueAt, lastReceivedAt: lastReceivedAt ?? null },
    update: {
      $set: {
        cutOffAt,
        revision: revision + (issued ? 1 : 0),
        ...(early || missable ? { state: 'open', dueAt: new Date(again) } : { state: 'closed' }),
      },
      $unset: { closing: '' },
    },
  };
}

/** The statement, its booking and the news of it. */
async function issue(
  services: Services,
  { policyId, platformId, productDay, revision }: PeriodDocument,
  { statementId, lineCount, amount, cutOffAt }: Closing,
  currency: string,
): Promise<Pick<LedgerUnit, 'transfers'> & { readonly writes: readonly UnitWrite[] }> {
  const now = services.clock.now();
  const key = closeKey(policyId, productDay, revision + 1);
  const total = { amount, currency };
  const named = { statementId, policyId, productDay, lineCount, total };
  const { transfers, writes, booked } = await prepareStatement(services, { ...named, closeKey: key });
  const statement: Document & { readonly _id: string } = {
    _id: statementId,
    ...{ closeKey: key, policyId, platformId, productDay, issuedAt: new Date(now), lineCount },
    // A close issues at most one line per cover.
    coverCount: lineCount,
    total: { amount: toLong(amount), currency },
    cutOffAt,
    ...booked,
  };
  const news = eventWrite({
    type: 'statement.issued',
    aggregateId: statementId,
    sequence: 1,
    audience: { kind: 'platform', platformId },
    occurredAt: now,
    recordedAt: now,
    data: { ...named, coverCount: lineCount },
  });
  const due = { statementId, platformId, policyId, productDay, total, issuedAt: new Date(now) };
  return {
    transfers,
    writes: [
      { kind: 'insert', collection: 'statements', document: statement },
      await receivableWrite(services, due),
      ...writes,
      news,
    ],
  };
}
