import type { Filter } from 'mongodb';
import type { Interval } from '../../programs/calendar.ts';
import type { DecidedFact, PolicyRevision, ShiftFact, WorkerFacts } from '../../programs/cover/cover-facts.ts';
import { decisionFactWindow } from '../../programs/cover/fold-cover.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import type { ProductTerms } from '../../programs/products/product-terms.ts';
import type { HotCollections } from '../database/collections.ts';
import type { PolicyBook } from '../policies/policy-book.ts';
import { decidedFact } from './decided-fact.ts';
import { isStart, shiftKey, timeProblem, type IntakeItem } from './intake-item.ts';
import type { ShiftEventDocument } from './shift-event-model.ts';

/** A stored event with what a replay is recognised by. */
export interface KnownEvent {
  readonly hash: string;
  readonly document: ShiftEventDocument;
}

/** All that a flush must know to decide its items. */
export interface LoadedFlush {
  readonly policies: ReadonlyMap<string, readonly PolicyRevision[]>;
  readonly workers: ReadonlyMap<string, WorkerFacts>;
  /** By worker, in no order. */
  readonly facts: Map<string, DecidedFact[]>;
  /** By event `_id`. */
  readonly events: Map<string, KnownEvent>;
  /** By platform and shift id: the starts that name it (G12), in no order; of what other days hold, perhaps a part. */
  readonly shiftClaims: Map<string, ShiftClaim[]>;
}

/** A start that claims a shift id for its worker. */
export type ShiftClaim = Pick<ShiftFact, 'workerId' | 'occurredAt' | 'receivedAt'>;

/** A flush gives up well before the 60 s after which an answer about the past is no longer provisional (G19). */
export const FLUSH_MS_MAX = 20_000;

/** Ends one operation of a flush after that time. (The driver's own `timeoutMS` has no effect, it says so itself.) */
export const withinFlush = () => ({ signal: AbortSignal.timeout(FLUSH_MS_MAX) });

/**
 * Reads what the items' decisions depend on: one query, whatever the number of items (a second one costs as much again).
 * `byId` also finds stored events whose content was another; an insert finds them by itself.
 */
export async function loadFlush(
  collections: HotCollections,
  book: PolicyBook,
  items: readonly IntakeItem[],
  { byId = false }: { readonly byId?: boolean } = {},
): Promise<LoadedFlush> {
  const platformIds = [...new Set(items.map(({ fact }) => fact.platformId))];
  const policies = new Map<string, readonly PolicyRevision[]>();
  for (const platformId of platformIds) policies.set(platformId, await book.revisionsOf(platformId));

  const workerIds = [...new Set(items.map(({ lane }) => lane))];
  const documents = await collections.shiftEvents
    .aggregate<ShiftEventDocument | FoundWorker>(
      [
        { $match: eventsOf(items, policies, byId) },
        {
          $unionWith: {
            coll: 'workers',
            pipeline: [
              { $match: { _id: { $in: workerIds } } },
              { $project: { birthOn: 1, isWorker: { $literal: true } } },
            ],
          },
        },
      ],
      withinFlush(),
    )
    .toArray();

  const workers = new Map<string, WorkerFacts>();
  const loaded: LoadedFlush = { policies, workers, facts: new Map(), events: new Map(), shiftClaims: new Map() };
  for (const document of documents) {
    if ('isWorker' in document) {
      workers.set(document._id, document.birthOn === undefined ? {} : { birthOn: document.birthOn });
    } else {
      loaded.events.set(document._id, { hash: document.hash, document });
      remember(loaded, decidedFact(document));
    }
  }
  return loaded;
}

/** A registered worker among what the query of a flush found. */
interface FoundWorker {
  readonly _id: string;
  readonly birthOn?: string;
  readonly isWorker: true;
}

/** Adds a decided event to what is known. */
export function remember(loaded: LoadedFlush, fact: DecidedFact): void {
  const ofWorker = loaded.facts.get(fact.workerId);
  if (ofWorker) ofWorker.push(fact);
  else loaded.facts.set(fact.workerId, [fact]);
  // Whoever came second does not claim the shift, whatever the order in which events of one receipt are read.
  if (!isStart(fact) || fact.decision.reasons.includes('shift_of_other_worker')) return;
  const claims = loaded.shiftClaims.get(shiftKey(fact));
  if (claims) claims.push(fact);
  else loaded.shiftClaims.set(shiftKey(fact), [fact]);
}

/**
 * Who started this shift first, as received (G12). Starts further apart than the longest shift are other shifts: platforms
 * number them anew each day (G13).
 */
export function shiftOwner(
  { shiftClaims }: LoadedFlush,
  fact: ShiftFact,
  policies: readonly PolicyRevision[],
): string | undefined {
  const claims = shiftClaims.get(shiftKey(fact)) ?? [];
  if (claims.every(({ workerId }) => workerId === fact.workerId)) return undefined;
  const longestMs = Math.max(0, ...termsOf(policies).map((terms) => terms.longestShiftMinutes)) * 60_000;
  const same = claims.filter(({ occurredAt }) => Math.abs(occurredAt - fact.occurredAt) <= longestMs);
  let first: ShiftClaim | undefined;
  for (const claim of same) if (!first || claim.receivedAt < first.receivedAt) first = claim;
  return first?.workerId;
}

/**
 * One filter for all items: their workers' events around their days (G13; items of one day share a clause, so one index
 * scan), the events that name the same shift ids around the same days (G12), and by their ids the events that the time
 * alone would refuse: a replay, or an id used before, is told as such (G3, G16).
 */
function eventsOf(
  items: readonly IntakeItem[],
  policies: ReadonlyMap<string, readonly PolicyRevision[]>,
  byId: boolean,
): Filter<ShiftEventDocument> {
  const byWindow = new Map<string, { window: Interval; workerIds: Set<string> }>();
  const byShift = new Map<string, { window: Interval; platformId: string; shiftIds: Set<string> }>();
  for (const { fact } of items) {
    const { platformId, workerId, shiftId } = fact;
    const window = windowOf(fact, policies.get(platformId) ?? []);
    const key = `${window.from}-${window.to}`;
    const clause = byWindow.get(key);
    if (clause) clause.workerIds.add(workerId);
    else byWindow.set(key, { window, workerIds: new Set([workerId]) });
    if (!isStart(fact)) continue;
    const shifts = byShift.get(`${key} ${platformId}`);
    if (shifts) shifts.shiftIds.add(shiftId);
    else byShift.set(`${key} ${platformId}`, { window, platformId, shiftIds: new Set([shiftId]) });
  }
  const within = ({ from, to }: Interval) => ({ $gte: new Date(from), $lt: new Date(to) });
  const ids = items.filter(({ fact }) => byId || timeProblem(fact) !== undefined).map(({ key }) => key);
  const clauses: Filter<ShiftEventDocument>[] = [
    ...(ids.length > 0 ? [{ _id: { $in: ids } }] : []),
    ...[...byWindow.values()].map(({ window, workerIds }) => ({
      workerId: { $in: [...workerIds] },
      time: within(window),
    })),
    ...[...byShift.values()].map(({ window, platformId, shiftIds }) => ({
      platformId,
      shiftId: { $in: [...shiftIds] },
      time: within(window),
    })),
  ];
  const [only, ...others] = clauses;
  return only && others.length === 0 ? only : { $or: clauses };
}

/** Items whose times lie in one such stretch share their clauses: else a batch would bring one for every second. */
const SHARED_MS = 6 * 3_600_000;

/** The range of the worker's events that the platform's products may look at for an event at about that instant (G13). */
function windowOf(fact: ShiftFact, revisions: readonly PolicyRevision[]): Interval {
  const terms = termsOf(revisions);
  const from = Math.floor(fact.occurredAt / SHARED_MS) * SHARED_MS;
  return { from: decisionFactWindow(from, terms).from, to: decisionFactWindow(from + SHARED_MS, terms).to };
}

/** The terms of the products that the policies sell, each once. */
function termsOf(revisions: readonly PolicyRevision[]): readonly ProductTerms[] {
  const refs = new Set(revisions.map(({ product }) => product));
  return [...refs].flatMap((ref) => productTerms(ref) ?? []);
}
