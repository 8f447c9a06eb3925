import type { Instant } from '../../programs/calendar.ts';
import type {
  Payout,
  PayoutApproval,
  PayoutAttempt,
  PayoutLease,
  PayoutLine,
  TimelineEntry,
} from '../../programs/payouts/payout.ts';
import { toLong } from '../database/longs.ts';
import type { UnitWrite } from '../ledger/ledger.ts';

type Dated<T, K extends keyof T> = Omit<T, K> & { [P in K]: T[P] extends Instant ? Date : Date | null };

/** Where payouts are stored. */
export const PAYOUTS = 'payouts';
/** One small document for each person who is paid, `{_id: holderId, version}`: rises with each payout that counts (M8). */
export const PAYOUT_COUNTERS = 'payout_counters';

/** A payout as stored: instants are dates, amounts BSON longs (M1); everything else as the rules see it. */
export interface PayoutDocument extends Dated<
  Omit<Payout, 'id' | 'approvals' | 'attempts' | 'lease' | 'timeline'>,
  'incidentAt' | 'decidedAt' | 'coolsUntil' | 'stateSince' | 'nextAt' | 'releasedAt'
> {
  _id: string;
  approvals: Dated<PayoutApproval, 'at'>[];
  attempts: Dated<PayoutAttempt, 'keyedAt' | 'endedAt'>[];
  lease: Dated<PayoutLease, 'until'> | null;
  timeline: Dated<TimelineEntry, 'at'>[];
}

const dateOf = (at: Instant | null): Date | null => (at === null ? null : new Date(at));
const instantOf = (date: Date | null): Instant | null => (date === null ? null : date.getTime());
/** A driver that does not promote longs, and a store in memory, give what was written. */
const plainLines = (lines: readonly PayoutLine[]) => lines.map(({ ref, amount }) => ({ ref, amount: Number(amount) }));

/** The stored form, but for amounts, which are still numbers. */
export function documentOf({ id, ...payout }: Payout): PayoutDocument {
  return {
    ...payout,
    _id: id,
    incidentAt: dateOf(payout.incidentAt),
    decidedAt: new Date(payout.decidedAt),
    coolsUntil: dateOf(payout.coolsUntil),
    stateSince: new Date(payout.stateSince),
    nextAt: dateOf(payout.nextAt),
    releasedAt: dateOf(payout.releasedAt),
    approvals: payout.approvals.map((each) => ({ ...each, at: new Date(each.at) })),
    attempts: payout.attempts.map((each) => ({
      ...each,
      keyedAt: new Date(each.keyedAt),
      endedAt: dateOf(each.endedAt),
    })),
    lease: payout.lease && { ...payout.lease, until: new Date(payout.lease.until) },
    timeline: payout.timeline.map((each) => ({ ...each, at: new Date(each.at) })),
  };
}

/** A stored payout as the rules see it. */
export function payoutOf({ _id, ...stored }: PayoutDocument): Payout {
  return {
    ...stored,
    id: _id,
    amount: { amount: Number(stored.amount.amount), currency: stored.amount.currency },
    countedAmount: Number(stored.countedAmount),
    lines: plainLines(stored.lines),
    incidentAt: instantOf(stored.incidentAt),
    decidedAt: stored.decidedAt.getTime(),
    coolsUntil: instantOf(stored.coolsUntil),
    stateSince: stored.stateSince.getTime(),
    nextAt: instantOf(stored.nextAt),
    releasedAt: instantOf(stored.releasedAt),
    approvals: stored.approvals.map((each) => ({ ...each, at: each.at.getTime() })),
    attempts: stored.attempts.map((each) => ({
      ...each,
      keyedAt: each.keyedAt.getTime(),
      endedAt: instantOf(each.endedAt),
    })),
    lease: stored.lease && { ...stored.lease, until: stored.lease.until.getTime() },
    timeline: stored.timeline.map((each) => ({ ...each, at: each.at.getTime() })),
  };
}

/** The write that makes a payout. */
export function insertPayout(payout: Payout): UnitWrite {
  const { amount, countedAmount, lines } = payout;
  const document = {
    ...documentOf(payout),
    amount: { ...amount, amount: toLong(amount.amount) },
    countedAmount: toLong(countedAmount),
    lines: lines.map((line) => ({ ...line, amount: toLong(line.amount) })),
  };
  return { kind: 'insert', collection: PAYOUTS, document };
}

/**
 * The write that takes a payout from one version to the next: only what changed, which steps never do to amounts. Guarded
 * by the version and, of a payout that was leased, by the lease's token: a zombie's write is refused.
 */
export function updatePayout(before: Payout, after: Payout): UnitWrite {
  const stored = documentOf(after);
  const changed = Object.entries(stored).filter(([field]) => isField(field, before) && before[field] !== after[field]);
  return {
    kind: 'update',
    collection: PAYOUTS,
    id: before.id,
    guard: { version: before.version, ...(before.lease && { 'lease.token': before.lease.token }) },
    update: { $set: Object.fromEntries(changed) },
  };
}

const isField = (field: string, payout: Payout): field is keyof Payout => field in payout;
