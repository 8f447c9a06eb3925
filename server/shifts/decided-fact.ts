import type { Instant } from '../../programs/calendar.ts';
import type { CoverTerms, DecidedFact, EventDecision, PolicyRevision } from '../../programs/cover/cover-facts.ts';
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

/**
 * A decision as it is stored on its event, with the envelope that paid for the cover it opens. Amounts become longs at the
 * insert (`longs.ts`).
 */
export function storedDecision(decision: EventDecision, envelopeId?: string): StoredDecision {
  return {
    outcome: decision.outcome,
    reasons: [...decision.reasons],
    flags: [...decision.flags],
    ...(decision.cover && {
      cover: {
        ...decision.cover,
        effectiveAt: new Date(decision.cover.effectiveAt),
        ...(envelopeId !== undefined && { envelopeId }),
      },
    }),
    ...(decision.premium && { premium: { ...decision.premium } }),
  };
}

/** An answer that names a cover, with what became of it at its receipt. */
interface NamingAnswer {
  readonly eventId: string;
  readonly receivedAt: Instant;
  readonly cover: Pick<
    CoverTerms,
    'coverId' | 'policyId' | 'policyRevision' | 'workerId' | 'productDay' | 'product' | 'envelopeId'
  >;
}

/** The terms of a cover as the answer of its opening event froze them, under the revision that the answer names (G1, G15). */
export function frozenTerms(
  { eventId, receivedAt, cover }: NamingAnswer,
  { timeZone, backFilling }: Pick<PolicyRevision, 'timeZone' | 'backFilling'>,
): CoverTerms {
  return {
    coverId: cover.coverId,
    policyId: cover.policyId,
    policyRevision: cover.policyRevision,
    workerId: cover.workerId,
    productDay: cover.productDay,
    product: cover.product,
    timeZone,
    backFilling,
    openedByEventId: eventId,
    openedAt: receivedAt,
    envelopeId: cover.envelopeId,
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
    envelopeId: terms.envelopeId,
  };
}
