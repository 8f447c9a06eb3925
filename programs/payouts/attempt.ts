import type { Instant } from '../calendar.ts';
import { failureFault } from './failure-fault.ts';
import { gate } from './gate.ts';
import { openAttempt, type AttemptOutcome, type FailureFault, type PayeeNow, type Payout } from './payout.ts';
import type { PayoutAttempt } from './payout.ts';
import { advance, type Step } from './step.ts';
import {
  ATTEMPTS_MAX,
  checkDelayMs,
  keyPhase,
  MACHINE_ATTEMPTS_MAX,
  nextAttemptDelayMs,
  PAYEE_CHECK_MS,
  putOffDelayMs,
  retryDelayMs,
} from './timing.ts';

/** What a provider answered to a call, as the payment port says it. */
export type SendReport =
  | { readonly outcome: 'sent'; readonly providerRef: string; readonly state: 'processing' | 'posted' }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }
  | { readonly outcome: 'try_again'; readonly code: string; readonly message: string }
  | { readonly outcome: 'unknown'; readonly message: string };

export interface Claim {
  readonly now: Instant;
  readonly token: string;
  /** How long the worker has for its call and its completion. */
  readonly leaseMs: number;
}

/**
 * What a worker does with a payout that is due. From `ready`: the next attempt with its key, leased, if the gate is open;
 * from `sending`: the same key again, if its lease is over and the key may still be used, else `unknown`. The lease and
 * the key are one write, made before any call.
 */
export function claimPayout(payout: Payout, payee: Pick<PayeeNow, 'verified'>, claim: Claim): Step {
  const { now } = claim;
  const lease = { token: claim.token, until: now + claim.leaseMs };
  if (payout.state === 'sending') {
    if (keyPhase(mustBeOpen(payout), now) !== 'usable') {
      return advance(payout, { to: 'unknown', now, note: 'The key is too old to send.', change: { nextAt: now } });
    }
    return advance(payout, { to: 'sending', now, change: { lease, nextAt: lease.until } });
  }
  const { state, nextAt } = gate(payout, payee, now);
  if (state !== 'ready') return advance(payout, { to: state, now, change: { nextAt } });
  if (payout.state !== 'ready') return advance(payout, { to: 'ready', now, change: { nextAt } });
  const number = payout.attempts.length + 1;
  if (number > ATTEMPTS_MAX) return advance(payout, { to: 'failed', now, note: 'No attempts are left.' });
  const attempt: PayoutAttempt = {
    number,
    key: `${payout.id}:${number}`,
    keyedAt: now,
    payeeVersion: payout.payeeVersion,
    outcome: 'open',
    fault: null,
    endedAt: null,
    providerRef: null,
    words: null,
  };
  return advance(payout, {
    to: 'sending',
    now,
    note: `Attempt ${number}.`,
    change: { lease, nextAt: lease.until, attempts: [...payout.attempts, attempt] },
  });
}

/** Books a provider's answer to the call of the last attempt. Fenced by the caller on the lease's token. */
export function completeSend(payout: Payout, report: SendReport, now: Instant): Step {
  const attempt = mustBeOpen(payout);
  const { number } = attempt;
  switch (report.outcome) {
    case 'sent': {
      const accepted = { number, providerRef: report.providerRef, now };
      return report.state === 'posted' ? settle(payout, accepted) : accept(payout, accepted);
    }
    case 'refused': {
      const words = `${report.code}: ${report.message}`;
      return failAttempt(payout, { number, outcome: 'refused', fault: failureFault(report.code), words, now });
    }
    case 'try_again': {
      const attempts = withAttempt(payout, number, { words: `${report.code}: ${report.message}` });
      return advance(payout, { to: 'sending', now, change: { attempts, nextAt: now + retryDelayMs(attempt, now) } });
    }
    case 'unknown': {
      const attempts = withAttempt(payout, number, { words: report.message });
      return advance(payout, { to: 'unknown', now, change: { attempts, nextAt: now + retryDelayMs(attempt, now) } });
    }
  }
}

/**
 * What a look at the provider's books means when the last attempt of an `unknown` payout is not there: the same key again
 * while it may be used; later nothing, until it cannot act any more; then it is dead, and only then the next may follow.
 */
export function reconcileAbsent(payout: Payout, now: Instant): Step {
  const attempt = mustBeOpen(payout);
  switch (keyPhase(attempt, now)) {
    case 'usable':
      return advance(payout, { to: 'sending', now, note: 'Not found: the same key again.', change: { nextAt: now } });
    case 'resting':
      return advance(payout, { to: 'unknown', now, change: { nextAt: now + retryDelayMs(attempt, now) } });
    case 'dead':
      return failAttempt(payout, {
        number: attempt.number,
        outcome: 'absent',
        fault: 'passing',
        words: 'Not found after its key could no longer act.',
        now,
      });
  }
}

/** A payout whose provider could not be asked, or had nothing new, is looked at again later. */
export function lookLater(payout: Payout, now: Instant): Step {
  const delay = payout.state === 'sent' ? checkDelayMs(payout.stateSince, now) : retryDelayMs(mustBeOpen(payout), now);
  return advance(payout, { to: payout.state, now, change: { nextAt: now + delay } });
}

const PUT_OFF = 'A step met a bug of ours; tried again later.';

/** A step met a bug: this payout waits with what it has, longer each time, and holds up no other. Said once on its timeline. */
export function putOff(payout: Payout, now: Instant): Step {
  const isTold = payout.timeline.at(-1)?.note === PUT_OFF;
  const nextAt = now + putOffDelayMs(payout.stateSince, now);
  return advance(payout, { to: payout.state, now, ...(!isTold && { note: PUT_OFF }), change: { nextAt } });
}

export interface Accepted {
  readonly number: number;
  readonly providerRef: string;
  readonly now: Instant;
}

/** The provider has it and works on it. */
export function accept(payout: Payout, { number, providerRef, now }: Accepted): Step {
  const attempts = withAttempt(payout, number, { providerRef, outcome: 'open', endedAt: null, fault: null });
  return advance(payout, { to: 'sent', now, change: { attempts, nextAt: now + checkDelayMs(now, now) } });
}

/** The money left. */
export function settle(payout: Payout, { number, providerRef, now }: Accepted): Step {
  const attempts = withAttempt(payout, number, { providerRef, outcome: 'posted', endedAt: now, fault: null });
  return advance(payout, { to: 'paid', now, moves: ['post'], tells: ['payout.paid'], change: { attempts } });
}

export interface FailedAttempt {
  readonly number: number;
  readonly outcome: Extract<AttemptOutcome, 'refused' | 'failed' | 'canceled' | 'absent'>;
  readonly fault: FailureFault;
  readonly words: string;
  readonly now: Instant;
}

/**
 * An attempt is certainly dead; its reservation stays. What passes by itself is tried again by the machine, under the
 * next key; the payee's fault waits for another account; the rest for a person.
 */
export function failAttempt(payout: Payout, { number, outcome, fault, words, now }: FailedAttempt): Step {
  const attempts = withAttempt(payout, number, { outcome, fault, words, endedAt: now });
  const note = words.slice(0, 200);
  if (fault === 'passing' && payout.attempts.length < MACHINE_ATTEMPTS_MAX) {
    const nextAt = now + nextAttemptDelayMs(payout.attempts.length);
    return advance(payout, { to: 'ready', now, note, change: { attempts, nextAt } });
  }
  const payee = fault === 'payee';
  return advance(payout, {
    to: payee ? 'payee_fix' : 'failed',
    now,
    note,
    tells: ['payout.failed'],
    change: { attempts, nextAt: payee ? now + PAYEE_CHECK_MS : null },
  });
}

export function withAttempt(payout: Payout, number: number, change: Partial<PayoutAttempt>): readonly PayoutAttempt[] {
  return payout.attempts.map((attempt) => (attempt.number === number ? { ...attempt, ...change } : attempt));
}

function mustBeOpen(payout: Payout): PayoutAttempt {
  const attempt = openAttempt(payout);
  if (attempt === undefined) throw new Error(`${payout.id} is ${payout.state} without an open attempt.`);
  return attempt;
}
