import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';

/** Policy revisions held in memory for the hot path, re-read when older than a second. */
export interface PolicyBook {
  /** All revisions of all policies of the platform, by policy and revision. */
  revisionsOf(platformId: string): Promise<readonly PolicyRevision[]>;
  /** Forgets what it holds, so that the next call reads what was just written. */
  forget(platformId?: string): void;
}
