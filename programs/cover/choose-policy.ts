import { productDayAt } from '../calendar.ts';
import type { Instant, ProductDay } from '../calendar.ts';
import type { ProductRef, ProductTerms } from '../products/product-terms.ts';
import type { DecidedFact, EventDecision, PolicyRevision, ShiftFact, Unavailability } from './cover-facts.ts';
import { timeStart } from './lateness.ts';
import type { StartTiming } from './lateness.ts';
import type { Reason } from './reasons.ts';

type FrozenCover = NonNullable<EventDecision['cover']>;

/** A policy under which a start may be covered, with the revision and product version that would govern it (G15). */
export interface PolicyChoice {
  readonly revision: PolicyRevision;
  readonly terms: ProductTerms;
  readonly timing: StartTiming;
  readonly productDay: ProductDay;
  /** A stored start that names the cover this one attaches to: its terms are frozen (G15). */
  readonly attachedTo?: DecidedFact;
}

export interface ChoosePolicyInput {
  readonly event: ShiftFact;
  readonly unit: ProductTerms['unitOfWork'];
  /** Accepted starts of the worker on this platform. */
  readonly starts: readonly DecidedFact[];
  /** The accepted start whose stretch of work this event belongs to: another report of the same start. */
  readonly sameWork: DecidedFact | undefined;
  /** Revisions of the platform's policies, recorded by the event's receipt. */
  readonly revisions: readonly PolicyRevision[];
  /** Whenever recorded: a cover may name one that another process recorded a moment later. */
  readonly allRevisions: readonly PolicyRevision[];
  readonly unavailability: Unavailability;
  readonly termsOf: (ref: ProductRef) => ProductTerms | undefined;
}

/** `event_not_used`: the platform's matching policies count another kind of work; anything else refuses. */
export type PolicyRefusal = Extract<
  Reason,
  | 'no_policy'
  | 'unknown_policy'
  | 'policy_not_in_force'
  | 'occupation_not_covered'
  | 'territory_not_covered'
  | 'several_policies'
  | 'event_not_used'
>;

/** The one policy that governs the start, or the first reason, in the order of the codes, why there is none. */
export function choosePolicy(input: ChoosePolicyInput): PolicyChoice | PolicyRefusal {
  const { event, revisions, sameWork, termsOf, unit } = input;
  const named = event.policyId;
  const offered = named === undefined ? revisions : revisions.filter(({ policyId }) => policyId === named);
  if (offered.length === 0) return named === undefined ? 'no_policy' : 'unknown_policy';
  if (!offered.some(({ product }) => termsOf(product)?.unitOfWork === unit)) return 'event_not_used';
  const sameCover = sameWork?.decision.cover;
  const again = sameWork && sameCover && (named === undefined || named === sameCover.policyId);
  const same = again ? attached(input, sameWork, sameCover) : undefined;
  let left = same ? [same] : inForce(input, offered);
  if (left.length === 0) return 'policy_not_in_force';
  left = left.filter(({ revision }) => revision.occupationClasses.includes(event.occupationClass));
  if (left.length === 0) return 'occupation_not_covered';
  left = left.filter(({ revision }) => revision.territories.includes(event.territory));
  if (left.length === 0) return 'territory_not_covered';
  left = left.filter(({ terms }) => terms.unitOfWork === unit);
  const [only, ...others] = left;
  if (only === undefined) return 'event_not_used';
  return others.length > 0 ? 'several_policies' : only;
}

function inForce(input: ChoosePolicyInput, offered: readonly PolicyRevision[]): PolicyChoice[] {
  const byPolicy = new Map<string, PolicyRevision[]>();
  for (const revision of offered) {
    const revisions = byPolicy.get(revision.policyId);
    if (revisions === undefined) byPolicy.set(revision.policyId, [revision]);
    else revisions.push(revision);
  }
  const choices: PolicyChoice[] = [];
  for (const [policyId, revisions] of byPolicy) {
    const choice = ofTheDay(input, policyId) ?? governing(input, revisions);
    if (choice !== undefined) choices.push(choice);
  }
  return choices;
}

/** The policy's cover of the day on which the event lies, as its own frozen terms count days. */
function ofTheDay(input: ChoosePolicyInput, policyId: string): PolicyChoice | undefined {
  const looked = new Set<string>();
  for (const start of input.starts) {
    const cover = start.decision.cover;
    if (cover?.policyId !== policyId || looked.has(cover.coverId)) continue;
    looked.add(cover.coverId);
    const choice = attached(input, start, cover);
    if (choice === undefined) continue;
    const day = dayOf(input.event.occurredAt, choice.revision, choice.terms);
    if (day === cover.productDay) return choice;
  }
  return undefined;
}

/**
 * The cover's frozen terms. A cover opened by another process may name a revision that this one has not read yet: then
 * the latest it knows speaks for occupation, territory and zone, while the product stays the frozen one.
 */
function attached(input: ChoosePolicyInput, start: DecidedFact, cover: FrozenCover): PolicyChoice | undefined {
  const { event, unavailability } = input;
  const ofPolicy = input.allRevisions.filter(({ policyId }) => policyId === cover.policyId);
  const revision = ofPolicy.find((each) => each.revision === cover.policyRevision) ?? latestAt(ofPolicy, Infinity);
  if (revision === undefined) return undefined;
  const terms = published(input, cover.product);
  const timing = timeStart(event, terms, revision.backFilling, unavailability);
  return { revision, terms, timing, productDay: cover.productDay, attachedTo: start };
}

/**
 * G15: the revision in force at the effective start. Whether the start is late is told by the revision at the time it
 * names (or, when the policy began later, at receipt), since the grace is a term of the product.
 */
function governing(input: ChoosePolicyInput, revisions: readonly PolicyRevision[]): PolicyChoice | undefined {
  const { event, unavailability } = input;
  const first = latestAt(revisions, event.occurredAt) ?? latestAt(revisions, event.receivedAt);
  if (first === undefined) return undefined;
  const timing = timeStart(event, published(input, first.product), first.backFilling, unavailability);
  const revision = latestAt(revisions, timing.effectiveAt);
  if (revision === undefined) return undefined;
  const { period } = revision;
  if (timing.effectiveAt < period.from || timing.effectiveAt >= period.to) return undefined;
  const terms = published(input, revision.product);
  return { revision, terms, timing, productDay: dayOf(event.occurredAt, revision, terms) };
}

/** Later revisions replace earlier ones from the instant they name on, also when that lies in the past. */
function latestAt(revisions: readonly PolicyRevision[], at: Instant): PolicyRevision | undefined {
  let latest: PolicyRevision | undefined;
  for (const each of revisions) {
    if (each.effectiveAt <= at && (latest === undefined || each.revision > latest.revision)) latest = each;
  }
  return latest;
}

function dayOf(at: Instant, revision: PolicyRevision, terms: ProductTerms): ProductDay {
  return productDayAt(at, { timeZone: revision.timeZone, boundary: terms.dayBoundary });
}

function published(input: ChoosePolicyInput, product: ProductRef): ProductTerms {
  const terms = input.termsOf(product);
  if (terms === undefined) throw new Error(`${product} was never published`);
  return terms;
}
