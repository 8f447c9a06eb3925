import type { Instant } from '../calendar.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Retries end three days after the first call of a round. */
export const RETRY_WINDOW_MS = 72 * HOUR_MS;
const FIRST_DELAY_MS = 5 * SECOND_MS;
const DELAY_MS_MAX = 12 * HOUR_MS;
const GROWTH = 4;
/** Delays vary by so much either way, so that what failed together does not come back together. */
const JITTER = 0.2;

/** An endpoint that has only failed for so long is paused. */
export const FAILING_MS_MAX = RETRY_WINDOW_MS;

/** What came of one call. */
export type CallAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs?: number }
  /** No answer: refused by our own rules, not reached, or too late. */
  | { readonly kind: 'failed' };

export interface CallFacts {
  readonly answer: CallAnswer;
  /** The number of the call in its round, from 1. */
  readonly attempt: number;
  /** When the first call of the round began. */
  readonly firstAttemptAt: Instant;
  /** When the answer was there. */
  readonly now: Instant;
  /** Chance, from 0 to 1. */
  readonly chance: number;
}

export type DeliveryDecision =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'retry'; readonly at: Instant }
  | { readonly outcome: 'dead' };

/**
 * What becomes of a delivery after a call. Only 2xx is an acceptance; a redirect is none, because it is never followed.
 * Retries come after 5 s, then four times as long each time up to 12 h, 20 % more or less; never sooner than the receiver
 * asks (`Retry-After`, believed up to 12 h). The last one is made when the window of three days ends; then it is dead.
 */
export function decideDelivery({ answer, attempt, firstAttemptAt, now, chance }: CallFacts): DeliveryDecision {
  if (isAccepted(answer)) return { outcome: 'delivered' };
  const endsAt = firstAttemptAt + RETRY_WINDOW_MS;
  if (now >= endsAt) return { outcome: 'dead' };
  const asked = answer.kind === 'answered' ? Math.min(answer.retryAfterMs ?? 0, DELAY_MS_MAX) : 0;
  const delayMs = Math.max(retryDelayMs(attempt, chance), asked);
  return { outcome: 'retry', at: Math.min(now + delayMs, endsAt) };
}

export const isAccepted = (answer: CallAnswer): boolean =>
  answer.kind === 'answered' && answer.status >= 200 && answer.status <= 299;

/** How long to wait after the n-th call; `chance` from 0 to 1. */
export function retryDelayMs(attempt: number, chance: number): number {
  const planned = Math.min(FIRST_DELAY_MS * GROWTH ** (attempt - 1), DELAY_MS_MAX);
  return Math.round(planned * (1 + JITTER * (2 * chance - 1)));
}

/**
 * Whether an endpoint is to be paused after a call that was not accepted, and why: it says that it is gone (410), or has
 * only failed for three days. `failingSince` is when the first call began that failed since the last acceptance.
 */
export function decidePause(
  answer: CallAnswer,
  { failingSince, now }: { readonly failingSince: Instant; readonly now: Instant },
): 'gone' | 'failing' | undefined {
  if (answer.kind === 'answered' && answer.status === 410) return 'gone';
  return now - failingSince >= FAILING_MS_MAX ? 'failing' : undefined;
}
