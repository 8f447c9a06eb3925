import { hash } from 'node:crypto';
import type { IncomingEvent } from './shift-intake.ts';

/** No key is longer: source and id are at most 300 and 200 UTF-16 units, each of at most nine characters when encoded. */
export const EVENT_KEY_LENGTH_MAX = 5_000;

/**
 * The stored event's `_id` (G3): platform, source and id. Source and id are percent-encoded, so the `/` between them is
 * no ambiguity; the date is never part of it, so the key holds for ever.
 */
export function eventKey(platformId: string, source: string, id: string): string {
  return `${platformId}/${encodeURIComponent(source)}/${encodeURIComponent(id)}`;
}

/**
 * SHA-256 of the event's canonical content (G3): type, source, id, subject, time in UTC milliseconds, data with its keys
 * in order. Extension attributes (`traceparent` ...) are left out: a retry may carry other ones.
 */
export function contentHash(event: IncomingEvent): string {
  const { data } = event;
  // The data's members are all scalars, and listed here in alphabetical order: that is canonical JSON without a library.
  const canonical = JSON.stringify([
    event.type,
    event.source,
    event.id,
    event.subject ?? null,
    event.time,
    data.declaredAge ?? null,
    data.occupationClass,
    data.orderId ?? null,
    data.policyId ?? null,
    data.shiftId,
    data.territory,
    data.workerId,
  ]);
  return hash('sha256', canonical, 'base64url');
}
