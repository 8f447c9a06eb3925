import { addDays } from '../../programs/calendar.ts';
import type { Actor } from '../actor.ts';
import type { Services } from '../services.ts';
import { coverAccess, disclose } from './cover-access.ts';
import { assertDayRange } from './day-range.ts';
import { loadCovers, type DayRange } from './load-covers.ts';
import { foldLoaded, type StandingCover } from './read-cover.ts';

export interface ListCoversInput extends DayRange {
  readonly actor: Actor;
  readonly workerId: string;
  /** Covers after this one. */
  readonly after?: { readonly productDay: string; readonly coverId: string };
  readonly limit: number;
}

export interface ListedCover extends StandingCover {
  /** Only a consent opens it: the reader sees product, day and windows. */
  readonly byConsent: boolean;
}

/** Days read at once: a page of a busy worker needs one reading, an empty quarter seven. */
const CHUNK_DAYS = 14;

/**
 * A worker's covers by product day, then id; one more than `limit` when there are more. Throws `range_invalid`,
 * `worker_not_found`.
 */
export async function listCovers(services: Services, input: ListCoversInput): Promise<readonly ListedCover[]> {
  assertDayRange(input);
  const now = services.clock.now();
  const { after, limit, to } = input;
  const readable = await coverAccess(services, input.actor, input.workerId);
  const consented = new Set(readable.filter(({ basis }) => basis === 'consent').map(({ workerId }) => workerId));
  const listed: ListedCover[] = [];
  let from = after && after.productDay > input.from ? after.productDay : input.from;
  while (from <= to && listed.length <= limit) {
    const chunkEnd = addDays(from, CHUNK_DAYS - 1);
    const days = { from, to: chunkEnd < to ? chunkEnd : to };
    const loaded = await loadCovers(services, { workers: readable, ...days });
    const wanted = loaded.terms
      .filter(
        ({ productDay, coverId }) =>
          !after || productDay > after.productDay || (productDay === after.productDay && coverId > after.coverId),
      )
      .sort((a, b) => compare(a.productDay, b.productDay) || compare(a.coverId, b.coverId))
      .slice(0, limit + 1 - listed.length);
    for (const terms of wanted) {
      listed.push({ ...foldLoaded(services, terms, loaded, now), byConsent: consented.has(terms.workerId) });
    }
    from = addDays(days.to, 1);
  }
  await disclose(services, input.actor, readable, 'covers');
  return listed;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
