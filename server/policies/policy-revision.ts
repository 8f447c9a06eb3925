import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import type { PolicyRevisionDocument } from './policy-revision-model.ts';

/** `_id` of a revision: it is what decides between two that are made at once. */
export const policyRevisionId = (policyId: string, revision: number): string => `${policyId}/${revision}`;

/** A stored revision as the domain knows it. */
export function toPolicyRevision(document: PolicyRevisionDocument): PolicyRevision {
  return {
    policyId: document.policyId,
    revision: document.revision,
    recordedAt: document.recordedAt.getTime(),
    effectiveAt: document.effectiveAt.getTime(),
    platformId: document.platformId,
    carrierId: document.carrierId,
    policyholder: document.policyholder,
    product: document.product,
    period: { from: document.periodFrom.getTime(), to: document.periodTo.getTime() },
    timeZone: document.timeZone,
    occupationClasses: document.occupationClasses,
    territories: document.territories,
    backFilling: document.backFilling,
    prepaid: document.prepaid,
    ...(document.netting === true && { netting: true }),
  };
}

/** A revision as it is stored; `recordedBy` is an `actorName`. */
export function toPolicyRevisionDocument(revision: PolicyRevision, recordedBy: string): PolicyRevisionDocument {
  return {
    _id: policyRevisionId(revision.policyId, revision.revision),
    policyId: revision.policyId,
    revision: revision.revision,
    recordedAt: new Date(revision.recordedAt),
    recordedBy,
    effectiveAt: new Date(revision.effectiveAt),
    platformId: revision.platformId,
    carrierId: revision.carrierId,
    policyholder: revision.policyholder,
    product: revision.product,
    periodFrom: new Date(revision.period.from),
    periodTo: new Date(revision.period.to),
    timeZone: revision.timeZone,
    occupationClasses: [...revision.occupationClasses],
    territories: [...revision.territories],
    backFilling: revision.backFilling,
    prepaid: revision.prepaid,
    ...(revision.netting === true && { netting: true }),
  };
}
