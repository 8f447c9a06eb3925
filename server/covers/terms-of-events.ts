import type { DecidedFact, PolicyRevision } from '../../programs/cover/cover-facts.ts';
import type { Services } from '../services.ts';
import { frozenTerms } from '../shifts/decided-fact.ts';
import type { LoadedTerms } from './load-covers.ts';

/**
 * The terms of covers of which only events are stored (G1): those that the opening event was answered with, which is the
 * first received of those answered `covered`, else the first received at all.
 */
export async function termsOfEvents(
  services: Services,
  facts: readonly DecidedFact[],
  revisions: readonly PolicyRevision[],
): Promise<readonly LoadedTerms[]> {
  const opening = new Map<string, DecidedFact>();
  for (const fact of facts) {
    const coverId = fact.decision.cover?.coverId;
    if (coverId === undefined) continue;
    const known = opening.get(coverId);
    if (!known || opensBefore(fact, known)) opening.set(coverId, fact);
  }
  const terms: LoadedTerms[] = [];
  for (const fact of opening.values()) {
    const { cover } = fact.decision;
    if (!cover) continue;
    const revision = await revisionFor(services, fact.platformId, cover, revisions);
    const { eventId, platformId, receivedAt } = fact;
    terms.push({ ...frozenTerms({ eventId, receivedAt, cover }, revision), platformId });
  }
  return terms;
}

function opensBefore(a: DecidedFact, b: DecidedFact): boolean {
  const rank = ({ decision }: DecidedFact): number => (decision.outcome === 'covered' ? 0 : 1);
  return rank(a) - rank(b) < 0 || (rank(a) === rank(b) && a.receivedAt < b.receivedAt);
}

/** A revision that another process recorded a moment ago may not be in the book yet: it is read anew, once. */
async function revisionFor(
  services: Services,
  platformId: string,
  { policyId, policyRevision }: { policyId: string; policyRevision: number },
  revisions: readonly PolicyRevision[],
): Promise<PolicyRevision> {
  const isIt = (one: PolicyRevision): boolean => one.policyId === policyId && one.revision === policyRevision;
  const known = revisions.find(isIt);
  if (known) return known;
  services.policies.forget(platformId);
  const found = (await services.policies.revisionsOf(platformId)).find(isIt);
  if (!found) throw new Error(`An event names revision ${policyRevision} of ${policyId}, which is not stored.`);
  return found;
}
