import { Stripe } from 'stripe';
import { Refusal } from '../../../programs/refusal.ts';
import { TransportTrouble } from './one-try-client.ts';

/** What is certain after a call to Stripe went wrong. */
export type FailedAnswer =
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }
  | { readonly outcome: 'try_again'; readonly code: string; readonly message: string }
  | { readonly outcome: 'unknown'; readonly message: string };

/** Stripe's own word for "this never began": another request holds the lock or the key, or there are too many. */
const NEVER_BEGAN: ReadonlySet<string> = new Set(['lock_timeout', 'idempotency_key_in_use', 'rate_limit']);

/**
 * Maps what the SDK throws to what is certain. Only two things are: Stripe refused (a 4xx that it decided), or nothing was
 * begun. All else is `unknown`, also a 500 that v1 replays for its key: the effect may have happened before it.
 * Anything that is not from Stripe is a bug and thrown on.
 */
export function answerOfFailure(error: unknown): FailedAnswer {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const { statusCode: status, message } = error;
  if (status === undefined) return answerOfSilence(error);
  const code = codeOf(error);
  if (status === 429 || NEVER_BEGAN.has(code)) return { outcome: 'try_again', code, message };
  // Our key is wrong or lacks a right: that is ours to mend, and says nothing about the payee.
  const { StripeAuthenticationError, StripePermissionError } = Stripe.errors;
  if (error instanceof StripeAuthenticationError || error instanceof StripePermissionError) {
    return { outcome: 'try_again', code, message };
  }
  // The key was used before, for something else: what that did is not in this answer.
  if (error instanceof Stripe.errors.StripeIdempotencyError && status !== 409) return { outcome: 'unknown', message };
  if (status === 409) return { outcome: 'try_again', code, message };
  if (status === 408 || status < 400 || status >= 500) return { outcome: 'unknown', message };
  return { outcome: 'refused', code, message };
}

function answerOfSilence(error: Stripe.errors.StripeError): FailedAnswer {
  const trouble: unknown = error.detail;
  if (trouble instanceof TransportTrouble && !trouble.sent) {
    return { outcome: 'try_again', code: 'provider_unreachable', message: error.message };
  }
  return { outcome: 'unknown', message: error.message };
}

function codeOf(error: Stripe.errors.StripeError): string {
  return error.decline_code || error.code || error.rawType || error.type;
}

/**
 * For calls that only look, and for those that must be certain when they return: throws `unavailable` /
 * `provider_unavailable` when nothing is certain, `conflict` / `provider_refused` when Stripe refused.
 */
export function refusalOfFailure(error: unknown): Refusal {
  const answer = answerOfFailure(error);
  return answer.outcome === 'refused'
    ? new Refusal('conflict', 'provider_refused', `Stripe refused (${answer.code}): ${answer.message}`)
    : new Refusal('unavailable', 'provider_unavailable', `Stripe gave no certain answer: ${answer.message}`, {
        retryAfterSeconds: 60,
      });
}

/** Runs a call to Stripe that must be certain; throws what `refusalOfFailure` says. */
export async function certainly<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw refusalOfFailure(error);
  }
}
