import type {
  CoverTerms,
  DecidedFact,
  PolicyRevision,
  ShiftFact,
  Unavailability,
} from '../../programs/cover/cover-facts.ts';
import { decideCover, type CoverDecision, type DecideCoverInput } from '../../programs/cover/decide-cover.ts';
import { minimumCharge } from '../../programs/cover/fold-cover.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Payer } from '../deposits/deposit-book.ts';
import { storedDecision } from './decided-fact.ts';
import { EVENT_AGE_DAYS_MAX, isStart, timeProblem, type IntakeItem } from './intake-item.ts';
import { remember, shiftOwner, type LoadedFlush } from './load-flush.ts';
import { beyondBounds } from './report-bounds.ts';
import type { ShiftEventDocument } from './shift-event-model.ts';

/** What becomes of an item, before anything is stored. */
export type Ruling =
  | {
      readonly kind: 'store';
      readonly item: IntakeItem;
      readonly document: ShiftEventDocument;
      readonly reserve?: CoverTerms;
    }
  /** The same event is stored already, or comes earlier in this flush. */
  | { readonly kind: 'replay'; readonly item: IntakeItem; readonly document: ShiftEventDocument }
  | { readonly kind: 'reject'; readonly item: IntakeItem; readonly refusal: Refusal };

/**
 * Decides every item in order; each decided event is known to the next. Reads nothing, stores nothing. New covers of prepaid
 * policies are paid by `payer`, in memory (G21).
 */
export function decideFlush(
  items: readonly IntakeItem[],
  loaded: LoadedFlush,
  unavailability: Unavailability,
  payer: Payer,
): readonly Ruling[] {
  return items.map((item) => {
    const earlier = loaded.events.get(item.key);
    if (earlier) {
      return earlier.hash === item.hash
        ? { kind: 'replay', item, document: earlier.document }
        : { kind: 'reject', item, refusal: eventIdReused(item) };
    }
    const policies = loaded.policies.get(item.fact.platformId) ?? [];
    const refusal = outOfTime(item, policies) ?? beyondBounds(item.fact, loaded.facts.get(item.fact.workerId) ?? []);
    if (refusal) return { kind: 'reject', item, refusal };
    return decide(item, policies, loaded, unavailability, payer);
  });
}

function decide(
  item: IntakeItem,
  policies: readonly PolicyRevision[],
  loaded: LoadedFlush,
  unavailability: Unavailability,
  payer: Payer,
): Ruling {
  const { fact } = item;
  const owner = isStart(fact) ? shiftOwner(loaded, fact, policies) : undefined;
  const input: DecideCoverInput = {
    event: fact,
    known: loaded.facts.get(fact.workerId) ?? [],
    ...(item.together && { receivedTogether: undecidedOf(item.together, loaded) }),
    worker: loaded.workers.get(fact.workerId) ?? {},
    policies,
    unavailability,
    termsOf: productTerms,
    ...(owner !== undefined && owner !== fact.workerId && { otherShiftOwner: owner }),
  };
  const { decision, reserve } = paid(input, decideCover(input), payer);
  const decided: DecidedFact = { ...fact, decision };
  const document = eventDocument(item, decided, reserve?.envelopeId);
  loaded.events.set(item.key, { hash: item.hash, document });
  remember(loaded, decided);
  return { kind: 'store', item, document, ...(reserve && { reserve }) };
}

/** The decision, with what paid for the cover that it opens; decided anew when a deposit is empty (G21). */
function paid(input: DecideCoverInput, decided: CoverDecision, payer: Payer): CoverDecision {
  const { reserve } = decided;
  if (reserve === undefined) return decided;
  const { coverId, policyId, policyRevision, product } = reserve;
  const revision = input.policies.find((each) => each.revision === policyRevision && each.policyId === policyId);
  const terms = revision?.prepaid === true ? productTerms(product) : undefined;
  if (terms === undefined) return decided;
  const envelopeId = payer.pay(coverId, input.event.platformId, minimumCharge(terms));
  if (envelopeId === undefined) return decideCover({ ...input, deposit: 'empty' });
  return { decision: decided.decision, reserve: { ...reserve, envelopeId } };
}

/** Those that are still to be decided; the others are known already, or were refused for their id. */
function undecidedOf(items: readonly IntakeItem[], { events }: LoadedFlush): readonly ShiftFact[] {
  return items.filter(({ key }) => !events.has(key)).map(({ fact }) => fact);
}

function eventDocument(
  { event, hash, via }: IntakeItem,
  decided: DecidedFact,
  envelopeId: string | undefined,
): ShiftEventDocument {
  return {
    _id: decided.eventId,
    platformId: decided.platformId,
    source: event.source,
    eventId: event.id,
    type: decided.type,
    subject: event.subject,
    workerId: decided.workerId,
    externalId: event.data.workerId,
    shiftId: decided.shiftId,
    orderId: decided.orderId,
    policyId: decided.policyId,
    occupationClass: decided.occupationClass,
    territory: decided.territory,
    declaredAge: decided.declaredAge,
    time: new Date(decided.occurredAt),
    receivedAt: new Date(decided.receivedAt),
    hash,
    via,
    decision: storedDecision(decided.decision, envelopeId),
  };
}

/** G16: too old (unless imported under a policy with declared back-filling), or too far in the future. */
function outOfTime({ fact, via }: IntakeItem, policies: readonly PolicyRevision[]): Refusal | undefined {
  const problem = timeProblem(fact);
  if (problem === undefined) return undefined;
  if (problem === 'event_in_future') {
    return new Refusal(
      'unprocessable',
      'event_in_future',
      'The event lies more than 5 minutes in the future; check the clock that made its time.',
      {
        details: [{ pointer: '/time', message: 'must not be more than 5 minutes in the future' }],
      },
    );
  }
  const backFilling = policies.some(({ policyId, backFilling }) => backFilling && policyId === fact.policyId);
  if (via === 'import' && backFilling) return undefined;
  return new Refusal(
    'unprocessable',
    'event_too_old',
    `The event is older than ${EVENT_AGE_DAYS_MAX} days; import it under a policy that allows declared back-filling.`,
    {
      details: [{ pointer: '/time', message: `must not be older than ${EVENT_AGE_DAYS_MAX} days` }],
    },
  );
}

export function eventIdReused({ event }: IntakeItem): Refusal {
  return new Refusal(
    'conflict',
    'event_id_reused',
    'An event with this source and id is stored with other content; send new facts under a new id.',
    {
      details: [{ pointer: '/id', message: `${event.id} was used before with other content` }],
    },
  );
}
