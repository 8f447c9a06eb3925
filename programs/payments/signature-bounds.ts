import type { Instant } from '../calendar.ts';

/** How far a signed time may lie from ours, in either direction. */
export const SIGNED_AT_TOLERANCE_MS = 300_000;

/**
 * Whether a signed time is near enough to be believed. Both bounds matter: an old one may be a replay of something that was
 * recorded, and one from the future could be replayed until its time has come and gone.
 */
export function isSignedInTime(signedAt: Instant, now: Instant): boolean {
  return Math.abs(now - signedAt) <= SIGNED_AT_TOLERANCE_MS;
}
