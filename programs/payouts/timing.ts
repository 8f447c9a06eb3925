import { hourMs, minuteMs, type Instant } from '../calendar.ts';
import type { PayoutAttempt } from './payout.ts';

/** A payee's account that was set or changed after the incident waits so long (M9). */
export const COOL_DOWN_MS = 24 * hourMs;

/** When money may go to an account set then; null: at once. The end is exclusive: at this instant it may. */
export function coolsUntil(setAt: Instant, incidentAt: Instant | null): Instant | null {
  return incidentAt !== null && setAt <= incidentAt ? null : setAt + COOL_DOWN_MS;
}

/**
 * Providers may forget a key after 24 h, and then the same key would be a second payment. So a key is sent at most so
 * long after it was stored; later the provider is only asked what it has.
 */
export const KEY_USABLE_MS = 20 * hourMs;
/** No call made before `KEY_USABLE_MS` is still under way now: what is not found then never was, and never will be. */
export const KEY_DEAD_MS = 25 * hourMs;

/** `usable`: may be sent again; `resting`: may not, but may still have acted unseen; `dead`: absent means never. */
export function keyPhase(attempt: Pick<PayoutAttempt, 'keyedAt'>, now: Instant): 'usable' | 'resting' | 'dead' {
  const age = now - attempt.keyedAt;
  return age < KEY_USABLE_MS ? 'usable' : age < KEY_DEAD_MS ? 'resting' : 'dead';
}

const clamp = (ms: number, min: number, max: number): Instant => Math.min(max, Math.max(min, Math.floor(ms)));

/** How long to wait before the same key is looked at again: a quarter of its age, from 5 s to an hour. No counter to keep. */
export const retryDelayMs = ({ keyedAt }: Pick<PayoutAttempt, 'keyedAt'>, now: Instant): number =>
  clamp((now - keyedAt) / 4, 5_000, hourMs);

/** A payout that the provider has been at work on since then is asked for again so much later, in case its webhook was lost. */
export const checkDelayMs = (since: Instant, now: Instant): number => clamp(now - since, 10 * minuteMs, 6 * hourMs);

/** A payout whose step met a bug of ours is tried again so much later: longer each time, without a counter to keep. */
export const putOffDelayMs = (since: Instant, now: Instant): number => clamp((now - since) / 4, minuteMs, 6 * hourMs);

/** After a failure that passes by itself, so much later under the next key. */
export const nextAttemptDelayMs = (attempts: number): number => attempts * attempts * 10 * minuteMs;

/** A payout that waits for its payee is looked at so often, in case the change was not passed on. */
export const PAYEE_CHECK_MS = hourMs;

/** Attempts that the machine makes by itself while failures may pass. */
export const MACHINE_ATTEMPTS_MAX = 3;
/** Attempts of one payout ever. */
export const ATTEMPTS_MAX = 12;
