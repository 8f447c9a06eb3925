import { deterministicId } from '../database/ids.ts';
import { isChineseId, normaliseNationalId } from '../people/national-id.ts';

/** What all our ids of workers begin with; no external id does. */
export const WORKER_ID_PREFIX = 'wrk_';

/** The longest external id we take, in UTF-16 units. */
export const EXTERNAL_ID_LENGTH_MAX = 128;

/** Our id of a platform's worker: always the same, so the first event registers an unknown worker without asking (G5). */
export function workerIdOf(platformId: string, externalId: string): string {
  return deterministicId('wrk', platformId, externalId);
}

/**
 * Why a platform's own id for a worker cannot be taken, as a sentence; undefined when it can. Pure and cheap: the intake
 * asks it for every event. External ids appear in addresses, logs and statements, so what identifies a human being is
 * refused (G23): Chinese mobile numbers and resident identity numbers, however they are spaced or written.
 */
export function externalIdProblem(externalId: string): string | undefined {
  if (externalId === '') return 'A worker id must not be empty.';
  if (externalId.length > EXTERNAL_ID_LENGTH_MAX) {
    return `A worker id must not be longer than ${EXTERNAL_ID_LENGTH_MAX} characters.`;
  }
  if (UNPRINTABLE.test(externalId) || externalId.trim() !== externalId) {
    return 'A worker id must not begin or end with a space, nor hold control characters or broken Unicode.';
  }
  if (externalId.startsWith(WORKER_ID_PREFIX)) {
    return 'A worker id must not begin with "wrk_": that is how our own ids begin; send your own id of the worker.';
  }
  if (RESERVED.has(externalId)) return `"${externalId}" is reserved: send your own id of the worker.`;
  return FEW_DIGITS.test(externalId) ? undefined : personalIdProblem(externalId);
}

/** `me` is the bearer of a token; dots alone would be eaten from a path by every HTTP client. */
const RESERVED: ReadonlySet<string> = new Set(['me', '.', '..']);
/** Cannot be written on one line of a certificate, or has no UTF-8. */
export const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
/** Plain ASCII with at most ten digits can be neither a phone nor a national id. */
const FEW_DIGITS = /^(?:[!-/:-~]*\d){0,10}[!-/:-~]*$/;
const CHINESE_MOBILE = /^(?:\+?86|0086)?1[3-9]\d{9}$/;

function personalIdProblem(externalId: string): string | undefined {
  const bare = normaliseNationalId(externalId).replace(/[()]/g, '');
  if (CHINESE_MOBILE.test(bare)) {
    return 'A worker id must not be a phone number: send an id that identifies nobody outside your system.';
  }
  if (isChineseId(bare)) {
    return 'A worker id must not be a national id: send an id that identifies nobody outside your system.';
  }
  return undefined;
}
