import { isDay } from '../calendar.ts';
import type { CoverKey } from './cover-facts.ts';

/**
 * G4: day, worker hash, worker, policy. The day first keeps the hot part of the index small; the hash spreads workers.
 * Throws when an id holds the separator `.`: ids are ours, so that is a bug.
 */
export function coverId(key: CoverKey): string {
  if (key.workerId.includes('.') || key.policyId.includes('.')) throw new RangeError('an id may not hold a dot');
  return `${key.productDay}.${workerHash(key.workerId)}.${key.workerId}.${key.policyId}`;
}

/** The key a cover id was made of; `undefined` for anything `coverId` could not have made. */
export function parseCoverId(id: string): CoverKey | undefined {
  const match = /^(\d{4}-\d\d-\d\d)\.([0-9a-f]{4})\.([^.]+)\.([^.]+)$/.exec(id);
  const [, productDay, hash, workerId, policyId] = match ?? [];
  if (productDay === undefined || workerId === undefined || policyId === undefined) return undefined;
  // Beyond these years no interval can be written for a day and its neighbours.
  if (!isDay(productDay) || productDay < '1000' || productDay >= '9999') return undefined;
  return hash === workerHash(workerId) ? { productDay, workerId, policyId } : undefined;
}

/** 16 bits of FNV-1a as four hex digits: stable for ever, since it is part of stored ids. */
function workerHash(workerId: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < workerId.length; index += 1) {
    hash = Math.imul(hash ^ workerId.charCodeAt(index), 0x01000193);
  }
  const folded = (hash ^ (hash >>> 16)) & 0xffff;
  return folded.toString(16).padStart(4, '0');
}
