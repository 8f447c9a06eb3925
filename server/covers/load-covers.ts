import {
  addDays,
  dayMs,
  daysBetween,
  productDayInterval,
  type Interval,
  type ProductDay,
} from '../../programs/calendar.ts';
import type { CoverTerms, DecidedFact, PolicyRevision } from '../../programs/cover/cover-facts.ts';
import { coverId } from '../../programs/cover/cover-id.ts';
import { factWindow } from '../../programs/cover/fold-cover.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import { coverTerms, decidedFact } from '../shifts/decided-fact.ts';
import type { ShiftEventDocument } from '../shifts/shift-event-model.ts';
import type { CoverDocument } from './cover-model.ts';
import { termsOfEvents } from './terms-of-events.ts';

/** A worker of a platform: whose covers under whose policies. */
export interface WorkerOfPlatform {
  readonly workerId: string;
  readonly platformId: string;
}

/** Product days, both inclusive, each in the time zone and with the boundary of the policy. */
export interface DayRange {
  readonly from: ProductDay;
  readonly to: ProductDay;
}

export interface LoadCoversInput extends DayRange {
  readonly workers: readonly WorkerOfPlatform[];
}

/** A cover's terms with the platform whose policy it is. */
export interface LoadedTerms extends CoverTerms {
  readonly platformId: string;
}

export interface LoadedCovers {
  /** Every cover of the days, whether its document or only an event that was answered with it is stored (G1). */
  readonly terms: readonly LoadedTerms[];
  /** All events of the workers that can matter to the days (G13), in no order. */
  readonly facts: readonly DecidedFact[];
}

/** More events of one worker in a few days than people can work: something else is wrong, and memory is finite. */
export const FACTS_MAX = 50_000;

/**
 * Loads what the covers of some workers and days are folded from: two reads side by side, the covers by their computed
 * ids (G4), the events through the index on worker and time.
 */
export async function loadCovers(services: Services, input: LoadCoversInput): Promise<LoadedCovers> {
  const revisions = await revisionsOf(services, input.workers);
  const [documents, facts] = await Promise.all([
    readCovers(services, coverIdsOf(input, revisions)),
    loadFacts(services, input.workers, windowOf(input, revisions)),
  ]);
  return { terms: await mergeTerms(services, input, documents, facts, revisions), facts };
}

/**
 * The covers that events in hand were answered with. Their documents are read only where two events of one cover were
 * answered under different revisions: then the document says which of them froze the terms (G15).
 */
export async function termsOfFacts(
  services: Services,
  facts: readonly DecidedFact[],
  revisions: readonly PolicyRevision[],
): Promise<readonly LoadedTerms[]> {
  const revisionOf = new Map<string, number>();
  const disputed = new Set<string>();
  for (const { decision } of facts) {
    if (!decision.cover) continue;
    const { coverId: id, policyRevision } = decision.cover;
    if ((revisionOf.get(id) ?? policyRevision) !== policyRevision) disputed.add(id);
    revisionOf.set(id, policyRevision);
  }
  const terms = await termsOfEvents(services, facts, revisions);
  if (disputed.size === 0) return terms;
  const frozen = new Map(
    (await readCovers(services, [...disputed])).map((document) => [document._id, loadedTerms(document)]),
  );
  return terms.map((one) => frozen.get(one.coverId) ?? one);
}

/** The revisions of all policies of the workers' platforms. */
export async function revisionsOf(
  services: Services,
  workers: readonly WorkerOfPlatform[],
): Promise<readonly PolicyRevision[]> {
  const platformIds = [...new Set(workers.map(({ platformId }) => platformId))];
  const lists = await Promise.all(platformIds.map((platformId) => services.policies.revisionsOf(platformId)));
  return lists.flat();
}

/** Events of the workers that happened in the window, at most `FACTS_MAX`. */
export async function loadFacts(
  { models }: Pick<Services, 'models'>,
  workers: readonly WorkerOfPlatform[],
  window: Interval,
): Promise<readonly DecidedFact[]> {
  const [only, ...others] = workers;
  if (!only || window.from >= window.to) return [];
  const documents = await models.shiftEvents.collection
    .find<ShiftEventDocument>({
      workerId: others.length === 0 ? only.workerId : { $in: workers.map(({ workerId }) => workerId) },
      time: { $gte: new Date(window.from), $lt: new Date(window.to) },
    })
    .limit(FACTS_MAX + 1)
    .toArray();
  if (documents.length > FACTS_MAX) {
    throw new Refusal(
      'unprocessable',
      'too_many_events',
      'So many events are stored for these days that they cannot be read at once; ask for fewer days.',
    );
  }
  return documents.map(decidedFact);
}

/** The hull of the G13 windows that the policies give the days; without a policy, of the days in any zone: work is refused there too. */
export function windowOf({ from, to }: DayRange, revisions: readonly PolicyRevision[]): Interval {
  let hull: Interval = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  for (const { product, timeZone } of revisions) {
    const terms = productTerms(product);
    if (!terms) continue;
    const rule = { timeZone, boundary: terms.dayBoundary };
    const first = factWindow(productDayInterval(from, rule), terms);
    const last = factWindow(productDayInterval(to, rule), terms);
    hull = { from: Math.min(hull.from, first.from), to: Math.max(hull.to, last.to) };
  }
  if (hull.from < hull.to) return hull;
  const utc = { timeZone: 'UTC', boundary: '00:00' };
  return { from: productDayInterval(from, utc).from - dayMs, to: productDayInterval(to, utc).to + dayMs };
}

function coverIdsOf({ workers, from, to }: LoadCoversInput, revisions: readonly PolicyRevision[]): string[] {
  const policies = new Map(revisions.map(({ policyId, platformId }) => [policyId, platformId]));
  const ids: string[] = [];
  for (const { workerId, platformId } of workers) {
    for (const [policyId, owner] of policies) {
      if (owner !== platformId) continue;
      for (let ahead = 0, days = daysBetween(from, to); ahead <= days; ahead++) {
        ids.push(coverId({ policyId, workerId, productDay: addDays(from, ahead) }));
      }
    }
  }
  return ids;
}

async function readCovers({ database }: Services, ids: string[]): Promise<CoverDocument[]> {
  return database.db
    .collection<CoverDocument>('covers')
    .find({ _id: { $in: ids } })
    .toArray();
}

/** Documents first; for what has only events, the terms that the events were answered with. */
async function mergeTerms(
  services: Services,
  { from, to }: LoadCoversInput,
  documents: readonly CoverDocument[],
  facts: readonly DecidedFact[],
  revisions: readonly PolicyRevision[],
): Promise<readonly LoadedTerms[]> {
  const terms = new Map(documents.map((document) => [document._id, loadedTerms(document)]));
  const isMissing = ({ decision: { cover } }: DecidedFact): boolean =>
    cover !== undefined && !terms.has(cover.coverId) && from <= cover.productDay && cover.productDay <= to;
  const orphans = facts.filter(isMissing);
  const found = await termsOfEvents(services, orphans, revisions);
  return [...terms.values(), ...found];
}

/** A cover document as the rules read it, with its platform. */
export const loadedTerms = (document: CoverDocument): LoadedTerms => ({
  ...coverTerms(document),
  platformId: document.platformId,
});
