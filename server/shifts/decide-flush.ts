import type { CoverTerms, DecidedFact, PolicyRevision, Unavailability } from '../../programs/cover/cover-facts.ts';
import { decideCover } from '../../programs/cover/decide-cover.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import { Refusal } from '../../programs/refusal.ts';
import { storedDecision } from './decided-fact.ts';
import { isStart, type IntakeItem } from './intake-item.ts';
import { remember, shiftOwner, type LoadedFlush } from './load-flush.ts';
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

const DAY_MS = 86_400_000;
/** G16 */
export const EVENT_AGE_DAYS_MAX = 35;
export const EVENT_AHEAD_MS_MAX = 5 * 60_000;

/** Decides every item in order; each decided event is known to the next. Reads nothing, stores nothing. */
export function decideFlush(
  items: readonly IntakeItem[],
  loaded: LoadedFlush,
  unavailability: Unavailability,
): readonly Ruling[] {
  return items.map((item) => {
    const earlier = loaded.events.get(item.key);
    if (earlier) {
      return earlier.hash === item.hash
        ? { kind: 'replay', item, document: earlier.document }
        : { kind: 'reject', item, refusal: eventIdReused(item) };
    }
    const policies = loaded.policies.get(item.fact.platformId) ?? [];
    const refusal = outOfTime(item, policies);
    if (refusal) return { kind: 'reject', item, refusal };
    return decide(item, policies, loaded, unavailability);
  });
}

function decide(
  item: IntakeItem,
  policies: readonly PolicyRevision[],
  loaded: LoadedFlush,
  unavailability: Unavailability,
): Ruling {
  const { fact } = item;
  const owner = isStart(fact) ? shiftOwner(loaded, fact, policies) : undefined;
  const { decision, reserve } = decideCover({
    event: fact,
    known: loaded.facts.get(fact.workerId) ?? [],
    worker: loaded.workers.get(fact.workerId) ?? {},
    policies,
    unavailability,
    termsOf: productTerms,
    ...(owner !== undefined && owner !== fact.workerId && { otherShiftOwner: owner }),
  });
  const decided: DecidedFact = { ...fact, decision };
  const document = eventDocument(item, decided);
  loaded.events.set(item.key, { hash: item.hash, document });
  remember(loaded, decided);
  return { kind: 'store', item, document, ...(reserve && { reserve }) };
}

function eventDocument({ event, hash, via }: IntakeItem, decided: DecidedFact): ShiftEventDocument {
  return {
    _id: decided.eventId,
    platformId: decided.platformId,
    source: event.source,
    eventId: event.id,
    type: decided.type,
    ...(event.subject !== undefined && { subject: event.subject }),
    workerId: decided.workerId,
    externalId: event.data.workerId,
    shiftId: decided.shiftId,
    ...(decided.orderId !== undefined && { orderId: decided.orderId }),
    ...(decided.policyId !== undefined && { policyId: decided.policyId }),
    occupationClass: decided.occupationClass,
    territory: decided.territory,
    ...(decided.declaredAge !== undefined && { declaredAge: decided.declaredAge }),
    time: new Date(decided.occurredAt),
    receivedAt: new Date(decided.receivedAt),
    hash,
    via,
    decision: storedDecision(decided.decision),
  };
}

/** G16: too old (unless imported under a policy with declared back-filling), or too far in the future. */
function outOfTime({ fact, via }: IntakeItem, policies: readonly PolicyRevision[]): Refusal | undefined {
  if (fact.occurredAt - fact.receivedAt > EVENT_AHEAD_MS_MAX) {
    return new Refusal(
      'unprocessable',
      'event_in_future',
      'The event lies more than 5 minutes in the future; check the clock that made its time.',
      {
        details: [{ pointer: '/time', message: 'must not be more than 5 minutes in the future' }],
      },
    );
  }
  if (fact.receivedAt - fact.occurredAt <= EVENT_AGE_DAYS_MAX * DAY_MS) return undefined;
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
