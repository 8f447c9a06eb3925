import { Stripe } from 'stripe';
import type { Instant } from '../../../programs/calendar.ts';
import { isSignedInTime, SIGNED_AT_TOLERANCE_MS } from '../../../programs/payments/signature-bounds.ts';
import { Refusal } from '../../../programs/refusal.ts';

/**
 * Checks that Stripe sent these very bytes, now. `secrets` holds one for each kind of events (snapshot and thin ones come
 * from destinations with secrets of their own). The SDK checks the age alone and takes a time in the future, so both bounds
 * are ours. Throws `invalid` / `webhook_signature_invalid`, `webhook_time_out_of_bounds`.
 */
export function checkStripeSignature(
  content: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
  now: Instant,
): void {
  if (header === undefined || !secrets.some((secret) => isSignedBy(secret, content, header, now))) {
    throw new Refusal('invalid', 'webhook_signature_invalid', 'The signature does not fit the body and our secret.');
  }
  const signedAt = signedAtOf(header);
  if (signedAt === undefined || !isSignedInTime(signedAt, now)) {
    throw new Refusal(
      'invalid',
      'webhook_time_out_of_bounds',
      `The signature must be made within ${SIGNED_AT_TOLERANCE_MS / 60_000} minutes of now: check both clocks.`,
    );
  }
}

function isSignedBy(secret: string, content: Uint8Array, header: string, now: Instant): boolean {
  const { signature } = Stripe.webhooks;
  if (signature === null) throw new Error('The SDK of Stripe came without its signature helper.');
  try {
    // The largest tolerance there is: the age is judged above, in both directions.
    return signature.verifyHeader(content, header, secret, Number.MAX_SAFE_INTEGER, undefined, now);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw error;
  }
}

/**
 * The time that the signature covers: like the SDK, the last `t` of the header. The SDK reads its leading digits and leaves
 * the rest; here it is digits alone, or an old `t` with something behind it would hide behind a new one.
 */
function signedAtOf(header: string): Instant | undefined {
  const last = header.split(',').findLast((part) => part.startsWith('t='));
  const [, seconds] = /^t=(\d{1,12})$/.exec(last ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
