import type { ClientSession } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { deterministicId, randomText } from '../database/ids.ts';
import { toLong } from '../database/longs.ts';
import type { Services } from '../services.ts';
import { RECEIPT_OVERLAP_MS } from '../shifts/walk-receipts.ts';
import { periodRows } from './billing-rows.ts';
import type { Closing, PeriodDocument } from './period-model.ts';

/** A closer that has not finished a batch for this long is taken for dead; its work is gone on with, not begun again. */
export const CLOSE_LEASE_MS = 30_000;

/** A period with the close that this process holds. */
export interface HeldPeriod {
  readonly period: PeriodDocument;
  readonly closing: Closing;
  /** Taken over from a closer that died in its middle. */
  readonly resumed: boolean;
}

/** Thrown inside a transaction: another process took the close over, so nothing of ours may be written any more. */
export class LeaseLost extends Error {
  constructor(periodId: string) {
    super(`The close of ${periodId} was taken over by another process.`);
    this.name = 'LeaseLost';
  }
}

/** `close:<policyId>:<productDay>:<n>` */
export const closeKey = (policyId: string, productDay: string, revision: number): string =>
  `close:${policyId}:${productDay}:${revision}`;

export const statementIdOf = (key: string): string => deterministicId('stm', key);

/**
 * Takes the close of a period: begins it, or goes on with one whose closer died. Answers undefined when another process
 * holds it, or has just moved the period on. `all` folds every cover, also where only late events are expected.
 */
export async function takeClose(
  services: Pick<Services, 'database'>,
  period: PeriodDocument,
  { now, all }: { readonly now: Instant; readonly all: boolean },
): Promise<HeldPeriod | undefined> {
  const attempt = randomText(10);
  const leaseUntil = new Date(now + CLOSE_LEASE_MS);
  const { closing: left } = period;
  if (left) {
    if (left.leaseUntil.getTime() > now) return undefined;
    const closing = { ...left, attempt, leaseUntil };
    const { matchedCount } = await periodRows(services).updateOne(
      { _id: period._id, 'closing.attempt': left.attempt, 'closing.leaseUntil': left.leaseUntil },
      { $set: { 'closing.attempt': attempt, 'closing.leaseUntil': leaseUntil } },
    );
    return matchedCount === 1 ? { period, closing, resumed: true } : undefined;
  }
  const closing: Closing = {
    attempt,
    leaseUntil,
    statementId: statementIdOf(closeKey(period.policyId, period.productDay, period.revision + 1)),
    cutOffAt: new Date(now),
    ...(!all && period.cutOffAt && { sinceAt: new Date(period.cutOffAt.getTime() - RECEIPT_OVERLAP_MS) }),
    afterWorkerId: '',
    lineCount: 0,
    amount: 0,
  };
  const { matchedCount } = await periodRows(services).updateOne(
    {
      _id: period._id,
      revision: period.revision,
      state: period.state,
      cutOffAt: period.cutOffAt ?? { $exists: false },
      closing: { $exists: false },
    },
    { $set: { closing: stored(closing) } },
  );
  return matchedCount === 1 ? { period, closing, resumed: false } : undefined;
}

/** Writes how far the close has come, and renews the lease; throws `LeaseLost` when it is no longer ours. */
export async function recordProgress(
  services: Pick<Services, 'database'>,
  period: PeriodDocument,
  closing: Closing,
  session: ClientSession,
): Promise<void> {
  const { matchedCount } = await periodRows(services).updateOne(
    { _id: period._id, 'closing.attempt': closing.attempt },
    { $set: { closing: stored(closing) } },
    { session },
  );
  if (matchedCount !== 1) throw new LeaseLost(period._id);
}

const stored = (closing: Closing) => ({ ...closing, amount: toLong(closing.amount) });
