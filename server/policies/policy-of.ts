import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import { toPolicyRevision } from './policy-revision.ts';

export interface PolicyHistory {
  /** The last recorded revision; it may govern only from a later instant on. */
  readonly current: PolicyRevision;
  /** All of them, first to last. */
  readonly revisions: readonly PolicyRevision[];
}

/** A policy with its revisions; of the named platform only, when one is named. Throws `policy_not_found`. */
export async function policyOf(services: Services, policyId: string, platformId?: string): Promise<PolicyHistory> {
  const filter = platformId === undefined ? { policyId } : { policyId, platformId };
  const documents = await services.models.policyRevisions.find(filter).sort({ revision: 1 }).lean();
  const revisions = documents.map(toPolicyRevision);
  const current = revisions.at(-1);
  if (current === undefined) throw new Refusal('not_found', 'policy_not_found', `There is no policy ${policyId}.`);
  return { current, revisions };
}
