import type { Instant } from '../../programs/calendar.ts';
import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import type { Clock } from '../clock.ts';
import type { Models } from '../database/models.ts';
import type { PolicyBook } from './policy-book.ts';
import { toPolicyRevision } from './policy-revision.ts';

/** How long a revision recorded by another process may stay unknown here. */
const FRESH_MS = 1_000;
const PLATFORMS_MAX = 10_000;

interface Page {
  /** When its reading began: what it holds is at least as new. */
  readonly readAt: Instant;
  readonly revisions: Promise<readonly PolicyRevision[]>;
}

/**
 * Policy revisions in memory, at most a second old. Callers at the same time share one reading; a failed reading is not
 * kept; what is forgotten while being read is read again by the next caller. Holds the platforms last asked for.
 */
export function openPolicyBook(models: Pick<Models, 'policyRevisions'>, clock: Clock): PolicyBook {
  /** In the order in which they were read: the first is the oldest. */
  const pages = new Map<string, Page>();

  const read = async (platformId: string): Promise<readonly PolicyRevision[]> => {
    const documents = await models.policyRevisions.find({ platformId }).sort({ policyId: 1, revision: 1 }).lean();
    return documents.map(toPolicyRevision);
  };

  return {
    revisionsOf(platformId) {
      const now = clock.now();
      const held = pages.get(platformId);
      if (held !== undefined && Math.abs(now - held.readAt) <= FRESH_MS) return held.revisions;

      const page: Page = { readAt: now, revisions: read(platformId) };
      pages.delete(platformId);
      pages.set(platformId, page);
      if (pages.size > PLATFORMS_MAX) {
        const [oldest] = pages.keys();
        if (oldest !== undefined) pages.delete(oldest);
      }
      // The callers see the error; here it only must not be answered from memory.
      page.revisions.then(undefined, () => {
        if (pages.get(platformId) === page) pages.delete(platformId);
      });
      return page.revisions;
    },
    forget(platformId) {
      if (platformId === undefined) pages.clear();
      else pages.delete(platformId);
    },
  };
}
