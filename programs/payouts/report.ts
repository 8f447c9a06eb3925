import type { Instant } from '../calendar.ts';
import { formatMoney, type Money } from '../money.ts';
import { accept, failAttempt, settle, withAttempt } from './attempt.ts';
import { failureFault } from './failure-fault.ts';
import { openAttempt, type Payout, type PayoutAttempt } from './payout.ts';
import { PAYOUT_STATES } from './payout-states.ts';
import { advance, contradict, type Step } from './step.ts';

/** What a provider's books say of one attempt, as the payment port says it. */
export interface ReportedPayout {
  readonly providerRef: string;
  readonly attempt: number;
  readonly state: 'processing' | 'posted' | 'failed' | 'canceled' | 'returned';
  readonly amount: Money;
  readonly message?: string;
  /** The provider's code of a failure, where it gives one. */
  readonly code?: string;
}

/**
 * The step that a report asks for; undefined when it tells nothing new. Reports come late, twice and in any order: each is
 * taken as a fact of its attempt, and a later truth is booked over what was only concluded (an attempt held for absent
 * that was paid is paid). What cannot be undone, money out under two keys, is kept as a contradiction.
 */
export function applyReport(payout: Payout, report: ReportedPayout, now: Instant): Step | undefined {
  const attempt = payout.attempts.find(({ number }) => number === report.attempt);
  if (attempt === undefined) {
    return contradict(
      payout,
      `${report.providerRef} is ${report.state}, of attempt ${report.attempt} that was never made.`,
    );
  }
  if (attempt.providerRef !== null && attempt.providerRef !== report.providerRef) {
    return contradict(payout, `${report.providerRef} is a second payment of attempt ${attempt.number}.`);
  }
  const { amount } = payout;
  if (report.amount.amount !== amount.amount || report.amount.currency !== amount.currency) {
    return contradict(
      payout,
      `${report.providerRef} is over ${formatMoney(report.amount)}, not ${formatMoney(amount)}.`,
    );
  }
  switch (report.state) {
    case 'processing':
      return onProcessing(payout, attempt, report, now);
    case 'posted':
      return onPosted(payout, attempt, report, now);
    case 'failed':
    case 'canceled':
      return onFailed(payout, attempt, report, now);
    case 'returned':
      return onReturned(payout, attempt, report, now);
  }
}

function onProcessing(payout: Payout, attempt: PayoutAttempt, report: ReportedPayout, now: Instant): Step | undefined {
  // After `posted`, `failed` and the like it only comes late; what was held for absent or not known yet is under way.
  const news = attempt.outcome === 'absent' || (attempt.outcome === 'open' && payout.state !== 'sent');
  if (!news) return undefined;
  if (!mayBook(payout, attempt)) return twoKeys(payout, report);
  return accept(payout, { number: attempt.number, providerRef: report.providerRef, now });
}

function onPosted(payout: Payout, attempt: PayoutAttempt, report: ReportedPayout, now: Instant): Step | undefined {
  if (attempt.outcome === 'posted' || attempt.outcome === 'returned') return undefined;
  if (!mayBook(payout, attempt)) return twoKeys(payout, report);
  return settle(payout, { number: attempt.number, providerRef: report.providerRef, now });
}

function onFailed(payout: Payout, attempt: PayoutAttempt, report: ReportedPayout, now: Instant): Step | undefined {
  // Some rails say `failed` after they said `posted`: the money came back.
  if (attempt.outcome === 'posted') return onReturned(payout, attempt, report, now);
  return attempt.outcome === 'open' ? closeFailed(payout, attempt, report, now) : undefined;
}

function closeFailed(payout: Payout, attempt: PayoutAttempt, report: ReportedPayout, now: Instant): Step {
  return failAttempt(payout, {
    number: attempt.number,
    outcome: report.state === 'canceled' ? 'canceled' : 'failed',
    fault: failureFault(report.code),
    words: report.message ?? report.state,
    now,
  });
}

function onReturned(payout: Payout, attempt: PayoutAttempt, report: ReportedPayout, now: Instant): Step | undefined {
  if (attempt.outcome === 'returned') return undefined;
  const paid = payout.state === 'paid' && attempt.outcome === 'posted';
  if (!paid && !mayBook(payout, attempt)) return twoKeys(payout, report);
  const { providerRef } = report;
  const words = report.message ?? report.state;
  const attempts = withAttempt(payout, attempt.number, { providerRef, outcome: 'returned', endedAt: now, words });
  return advance(payout, {
    to: 'returned',
    now,
    note: words.slice(0, 200),
    // `posted` may not have reached us: then the money leaves and comes back in one unit.
    moves: paid ? ['return'] : ['post', 'return'],
    tells: ['payout.returned'],
    change: { attempts },
  });
}

/** Whether the reservation is there to be posted for this attempt, and no other key may draw on it. */
function mayBook(payout: Payout, attempt: PayoutAttempt): boolean {
  if (!PAYOUT_STATES[payout.state].reserved) return false;
  const open = openAttempt(payout);
  return open === undefined || open.number === attempt.number;
}

function twoKeys(payout: Payout, report: ReportedPayout): Step | undefined {
  return contradict(
    payout,
    `${report.providerRef} of attempt ${report.attempt} is ${report.state}, while the payout is ${payout.state} by attempt ${payout.attempts.length}.`,
  );
}
