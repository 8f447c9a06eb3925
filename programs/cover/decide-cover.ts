import type { ProductRef, ProductTerms } from '../products/product-terms.ts';
import { completedYears, minuteMs, productDayInterval } from '../calendar.ts';
import type { ProductDay } from '../calendar.ts';
import { choosePolicy } from './choose-policy.ts';
import type { PolicyChoice } from './choose-policy.ts';
import type {
  CoverKey,
  CoverTerms,
  DecidedFact,
  DecisionFlag,
  DepositState,
  EventDecision,
  PolicyRevision,
  ShiftFact,
  Unavailability,
  WorkerFacts,
} from './cover-facts.ts';
import { coverId } from './cover-id.ts';
import { decideEnd } from './decide-end.ts';
import { minimumCharge } from './fold-cover.ts';
import { protectsAt } from './fold-shifts.ts';
import { findSegment, samePiece, segmentJoined } from './find-segment.ts';
import { sortReasons } from './reasons.ts';
import type { Reason } from './reasons.ts';
import { isAcceptedStart, settleSegment, type SettledSegment } from './segments.ts';

export interface DecideCoverInput {
  readonly event: ShiftFact;
  /** The worker's events known so far, without this one, in any order. Load `decisionFactWindow`. */
  readonly known: readonly DecidedFact[];
  /** Ends and cancellations received together with the event and not decided yet: a list has no order (G12). */
  readonly receivedTogether?: readonly ShiftFact[];
  readonly worker: WorkerFacts;
  /** All revisions of the platform's policies. */
  readonly policies: readonly PolicyRevision[];
  readonly deposit?: DepositState;
  readonly unavailability: Unavailability;
  /** The worker whose start of this shift id was received first, when it is another one (G12). */
  readonly otherShiftOwner?: string;
  readonly termsOf: (ref: ProductRef) => ProductTerms | undefined;
}

export interface CoverDecision {
  readonly decision: EventDecision;
  /** The cover to insert: present when an accepted start is the first known event to name it. */
  readonly reserve?: CoverTerms;
}

/**
 * The answer to an event, given what is known (DESIGN 3, G2 to G17). Pure: the same facts give the same answer, whatever
 * the order of the lists. Throws only on bugs: a product that was never published.
 */
export function decideCover(input: DecideCoverInput): CoverDecision {
  const { event } = input;
  const ofWorker = input.known.filter((fact) => isOthers(fact, event));
  switch (event.type) {
    case 'shift.started':
      return decideStart(input, ofWorker, 'shift');
    case 'order.accepted':
      return decideStart(input, ofWorker, 'order');
    case 'shift.ended':
    case 'shift.cancelled':
    case 'order.completed':
      return { decision: decideEnd(input, ofWorker) };
  }
}

function isOthers(fact: ShiftFact, event: ShiftFact): boolean {
  return fact.workerId === event.workerId && fact.platformId === event.platformId && fact.eventId !== event.eventId;
}

function decideStart(
  input: DecideCoverInput,
  known: readonly DecidedFact[],
  unit: ProductTerms['unitOfWork'],
): CoverDecision {
  const { event, policies, termsOf, unavailability } = input;
  const starts = known.filter(isAcceptedStart);
  const sameWork = starts.length === 0 ? undefined : findSegment(input, known, unit)?.opened;
  const choice = choosePolicy({
    event,
    unit,
    starts,
    sameWork,
    revisions: policies.filter((each) => each.platformId === event.platformId && each.recordedAt <= event.receivedAt),
    allRevisions: policies,
    unavailability,
    termsOf,
  });
  if (choice === 'event_not_used') return { decision: { outcome: 'recorded', reasons: [choice], flags: [] } };
  if (typeof choice === 'string') return refused(choice);
  const reason = refusalOf(input, known, choice);
  return reason === undefined ? accepted(input, known, starts, choice, sameWork) : refused(reason);
}

/** The first reason, in the order of the codes, that stands against a start which a policy would cover. */
function refusalOf(input: DecideCoverInput, known: readonly DecidedFact[], choice: PolicyChoice): Reason | undefined {
  const { event, worker } = input;
  const { productDay, revision, terms, timing } = choice;
  if (input.otherShiftOwner !== undefined && input.otherShiftOwner !== event.workerId) return 'shift_of_other_worker';
  const age = ageOf(event, worker, productDay);
  if (age !== undefined && age < terms.ages.from) return 'age_below';
  if (age !== undefined && age > terms.ages.to) return 'age_above';
  const before = settledBy(input, choice, known);
  if (before?.voidAt !== undefined) return 'shift_cancelled';
  if (timing.late && !revision.backFilling) {
    const together = (input.receivedTogether ?? []).filter((fact) => isOthers(fact, event)).map(undecided);
    const atReceipt = together.length === 0 ? before : settledBy(input, choice, [...known, ...together]);
    const overAt = atReceipt?.endAt ?? event.occurredAt + terms.longestShiftMinutes * minuteMs;
    if (overAt <= event.receivedAt) return 'late_and_over';
  }
  if (choice.attachedTo === undefined && revision.prepaid && input.deposit === 'empty') return 'deposit_empty';
  return undefined;
}

/** The stretch of work that the start belongs to, as these facts settle it; undefined when it begins one. */
function settledBy(
  { event, unavailability }: DecideCoverInput,
  choice: PolicyChoice,
  facts: readonly DecidedFact[],
): SettledSegment | undefined {
  const { terms, timing } = choice;
  const piece = samePiece(event, facts, terms.unitOfWork);
  if (piece.length === 0) return undefined;
  const id = coverId(keyOf(event, choice));
  const segment = segmentJoined(event, timing.effectiveAt, piece, id, terms, unavailability);
  return segment && settleSegment(segment, terms, unavailability);
}

function undecided(fact: ShiftFact): DecidedFact {
  return { ...fact, decision: { outcome: 'pending_start', reasons: [], flags: [] } };
}

function accepted(
  input: DecideCoverInput,
  known: readonly DecidedFact[],
  starts: readonly DecidedFact[],
  choice: PolicyChoice,
  sameWork: DecidedFact | undefined,
): CoverDecision {
  const { event } = input;
  const { attachedTo, revision, terms, timing } = choice;
  const key = keyOf(event, choice);
  const id = coverId(key);
  const frozen = attachedTo?.decision.cover;
  const cover = {
    ...key,
    coverId: id,
    policyRevision: frozen?.policyRevision ?? revision.revision,
    product: frozen?.product ?? revision.product,
  };
  const reserve: CoverTerms = {
    ...cover,
    timeZone: revision.timeZone,
    backFilling: revision.backFilling,
    openedByEventId: event.eventId,
    openedAt: event.receivedAt,
  };
  const again = sameWork?.decision.cover?.coverId === id;
  const flags = flagsOf(choice, ageOf(event, input.worker, key.productDay));
  const first = !starts.some((start) => start.decision.cover?.coverId === id);
  const outcome = first ? 'covered' : heldBefore(input, known, choice, reserve) ? 'already_covered' : 'extended';
  const decision: EventDecision = {
    outcome,
    reasons: sortReasons([
      ...flags.map((flag) => reasonOfFlag[flag]),
      ...(again ? ['shift_already_started' as const] : []),
    ]),
    flags,
    cover: { ...cover, effectiveAt: timing.effectiveAt },
    premium: { ...minimumCharge(terms), final: terms.charge.kind === 'per_day' },
  };
  return first ? { decision, reserve } : { decision };
}

/** Whether the cover protects at the effective start already, by what was known before this event. */
function heldBefore(
  { unavailability }: DecideCoverInput,
  known: readonly DecidedFact[],
  { terms, timing }: PolicyChoice,
  cover: CoverTerms,
): boolean {
  const { effectiveAt } = timing;
  if (terms.window.kind === 'whole_day' && !known.some(({ type }) => type === 'shift.cancelled')) {
    // Nothing was cancelled, so every start holds to the day's end: no need to fold a long day for that.
    const day = productDayInterval(cover.productDay, { timeZone: cover.timeZone, boundary: terms.dayBoundary });
    const starts = known.filter(({ decision }) => decision.cover?.coverId === cover.coverId).filter(isAcceptedStart);
    if (
      effectiveAt < day.to &&
      starts.some((start) => (start.decision.cover?.effectiveAt ?? Infinity) <= effectiveAt)
    ) {
      return true;
    }
  }
  return protectsAt(known, { cover, terms, unavailability }, effectiveAt);
}

const reasonOfFlag = {
  late: 'late_from_receipt',
  back_filled: 'back_filled',
  unavailability_excused: 'unavailability_excused',
  age_unknown: 'age_unknown',
} as const satisfies Record<DecisionFlag, Reason>;

function flagsOf({ revision, timing }: PolicyChoice, age: number | undefined): DecisionFlag[] {
  const flags: DecisionFlag[] = [];
  if (timing.late) flags.push(revision.backFilling ? 'back_filled' : 'late');
  if (timing.excused) flags.push('unavailability_excused');
  if (age === undefined) flags.push('age_unknown');
  return flags;
}

/** Completed years at the product day; what the platform declared counts only when no date of birth is known. */
function ageOf(event: ShiftFact, worker: WorkerFacts, productDay: ProductDay): number | undefined {
  return worker.birthOn === undefined ? event.declaredAge : completedYears(worker.birthOn, productDay);
}

function keyOf(event: ShiftFact, { productDay, revision }: PolicyChoice): CoverKey {
  return { policyId: revision.policyId, workerId: event.workerId, productDay };
}

function refused(reason: Reason): CoverDecision {
  return { decision: { outcome: 'not_covered', reasons: [reason], flags: [] } };
}
