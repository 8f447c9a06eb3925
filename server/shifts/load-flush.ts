import type { Filter } from 'mongodb';
import type { Interval } from '../../programs/calendar.ts';
import type { DecidedFact, PolicyRevision, ShiftFact, WorkerFacts } from '../../programs/cover/cover-facts.ts';
import { decisionFactWindow } from '../../programs/cover/fold-cover.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import type { HotCollections } from '../database/collections.ts';
import type { PolicyBook } from '../policies/policy-book.ts';
import { decidedFact } from './decided-fact.ts';
import { isStart, type IntakeItem } from './intake-item.ts';
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
  /** By platform and shift id: the worker whose start of it was received first, with that instant (G12). */
  readonly shiftOwners: Map<string, { readonly workerId: string; readonly receivedAt: number }>;
}

/** A flush gives up well before the 60 s after which an answer about the past is no longer provisional (G19). */
export const FLUSH_MS_MAX = 20_000;

export const shiftKey = ({ platformId, shiftId }: ShiftFact): string => JSON.stringify([platformId, shiftId]);

/** Reads what the items' decisions depend on: one query, whatever the number of items (a second one costs as much again). */
export async function loadFlush(
  collections: HotCollections,
  book: PolicyBook,
  items: readonly IntakeItem[],
): Promise<LoadedFlush> {
  const platformIds = [...new Set(items.map(({ fact }) => fact.platformId))];
  const policies = new Map<string, readonly PolicyRevision[]>();
  for (const platformId of platformIds) policies.set(platformId, await book.revisionsOf(platformId));

  const workerIds = [...new Set(items.map(({ lane }) => lane))];
  const documents = await collections.shiftEvents
    .aggregate<ShiftEventDocument | FoundWorker>(
      [
        { $match: eventsOf(items, policies) },
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
      { timeoutMS: FLUSH_MS_MAX },
    )
    .toArray();

  const workers = new Map<string, WorkerFacts>();
  const loaded: LoadedFlush = { policies, workers, facts: new Map(), events: new Map(), shiftOwners: new Map() };
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
  if (!isStart(fact)) return;
  const key = shiftKey(fact);
  const owner = loaded.shiftOwners.get(key);
  if (!owner || fact.receivedAt < owner.receivedAt) {
    loaded.shiftOwners.set(key, { workerId: fact.workerId, receivedAt: fact.receivedAt });
  }
}

/**
 * One filter for all items: their workers' events around their days (G13; items of one day share a clause, so one index
 * scan), the starts that claimed the same shift ids (G12), and events so old that only their id can find them.
 */
function eventsOf(
  items: readonly IntakeItem[],
  policies: ReadonlyMap<string, readonly PolicyRevision[]>,
): Filter<ShiftEventDocument> {
  const byWindow = new Map<string, { window: Interval; workerIds: Set<string> }>();
  const shiftIds = new Map<string, Set<string>>();
  for (const { fact } of items) {
    const window = windowOf(fact, policies.get(fact.platformId) ?? []);
    const key = `${window.from}-${window.to}`;
    const clause = byWindow.get(key);
    if (clause) clause.workerIds.add(fact.workerId);
    else byWindow.set(key, { window, workerIds: new Set([fact.workerId]) });
    if (!isStart(fact)) continue;
    const ofPlatform = shiftIds.get(fact.platformId);
    if (ofPlatform) ofPlatform.add(fact.shiftId);
    else shiftIds.set(fact.platformId, new Set([fact.shiftId]));
  }
  const clauses: Filter<ShiftEventDocument>[] = [];
  for (const { window, workerIds } of byWindow.values()) {
    clauses.push({
      workerId: { $in: [...workerIds] },
      time: { $gte: new Date(window.from), $lt: new Date(window.to) },
    });
  }
  for (const [platformId, ids] of shiftIds) clauses.push({ platformId, shiftId: { $in: [...ids] } });
  const [only, ...others] = clauses;
  return only && others.length === 0 ? only : { $or: clauses };
}

/** The range of the worker's events that the platform's products may look at for an event at that instant (G13). */
function windowOf(fact: ShiftFact, revisions: readonly PolicyRevision[]): Interval {
  const refs = new Set(revisions.map(({ product }) => product));
  return decisionFactWindow(
    fact.occurredAt,
    [...refs].flatMap((ref) => productTerms(ref) ?? []),
  );
}
