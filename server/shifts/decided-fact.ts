import type { CoverTerms, DecidedFact, EventDecision } from '../../programs/cover/cover-facts.ts';
import { reasonOf } from '../../programs/cover/reasons.ts';
import type { CoverDocument } from '../covers/cover-model.ts';
import type { ShiftEventDocument, StoredDecision } from './shift-event-model.ts';

/** A stored event as the rules read it. */
export function decidedFact(document: ShiftEventDocument): DecidedFact {
  return {
    eventId: document._id,
    type: document.type,
    platformId: document.platformId,
    workerId: document.workerId,
    shiftId: document.shiftId,
    orderId: document.orderId,
    policyId: document.policyId,
    occupationClass: document.occupationClass,
    territory: document.territory,
    declaredAge: document.declaredAge,
    occurredAt: document.time.getTime(),
    receivedAt: document.receivedAt.getTime(),
    decision: decisionOf(document.decision),
  };
}

/** A stored decision as the rules read it. */
export function decisionOf(stored: StoredDecision): EventDecision {
  return {
    outcome: stored.outcome,
    reasons: stored.reasons.flatMap((name) => reasonOf(name)?.name ?? []),
    flags: stored.flags,
    ...(stored.cover && { cover: { ...stored.cover, effectiveAt: stored.cover.effectiveAt.getTime() } }),
    ...(stored.premium && { premium: stored.premium }),
  };
}

/** A decision as it is stored on its event. Amounts become longs at the insert (`longs.ts`). */
export function storedDecision(decision: EventDecision): StoredDecision {
  return {
    outcome: decision.outcome,
    reasons: [...decision.reasons],
    flags: [...decision.flags],
    ...(decision.cover && { cover: { ...decision.cover, effectiveAt: new Date(decision.cover.effectiveAt) } }),
    ...(decision.premium && { premium: { ...decision.premium } }),
  };
}

/** A cover document as the rules read it. */
export function coverTerms(document: CoverDocument): CoverTerms {
  return {
    coverId: document._id,
    policyId: document.policyId,
    policyRevision: document.policyRevision,
    workerId: document.workerId,
    productDay: document.productDay,
    product: document.product,
    timeZone: document.timeZone,
    backFilling: document.backFilling,
    openedByEventId: document.openedBy,
    openedAt: document.openedAt.getTime(),
  };
}

export function coverDocument(terms: CoverTerms, platformId: string): CoverDocument {
  return {
    _id: terms.coverId,
    policyId: terms.policyId,
    policyRevision: terms.policyRevision,
    platformId,
    workerId: terms.workerId,
    productDay: terms.productDay,
    product: terms.product,
    timeZone: terms.timeZone,
    backFilling: terms.backFilling,
    openedBy: terms.openedByEventId,
    openedAt: new Date(terms.openedAt),
  };
}
