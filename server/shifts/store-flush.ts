import { MongoServerError, type Db, type ErrorDescription } from 'mongodb';
import type { CoverTerms } from '../../programs/cover/cover-facts.ts';
import { productDayInterval } from '../../programs/calendar.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import { toLong } from '../database/longs.ts';
import type { HotCollections } from '../database/collections.ts';
import { coverDocument } from './decided-fact.ts';
import type { Ruling } from './decide-flush.ts';
import { FLUSH_MS_MAX, withinFlush, type LoadedFlush } from './load-flush.ts';
import type { ShiftEventDocument } from './shift-event-model.ts';

type Stored = Extract<Ruling, { kind: 'store' }>;
const MINUTE_MS = 60_000;

/** What the inserts of a flush met: `_id`s that were there before them. */
export interface Clashes {
  readonly events: ReadonlySet<string>;
  readonly covers: ReadonlySet<string>;
}

/**
 * Inserts events, covers and new periods, side by side and in any order: each has its own deterministic `_id`, so all of it
 * is safe to repeat, and a crash in between costs nothing (G1). Returns what was there before.
 * Throws when it is not certain that everything is durable (a write-concern error is never an acknowledgement, G20).
 */
export async function storeFlush(
  { db }: HotCollections,
  rulings: readonly Stored[],
  knownPeriods: Set<string>,
): Promise<Clashes> {
  const reserves = rulings.flatMap(({ reserve, document }) =>
    reserve ? [coverDocument(reserve, document.platformId)] : [],
  );
  const periods = newPeriods(rulings, knownPeriods);
  const [events, covers] = await Promise.all([
    insertNew(
      db,
      'shift_events',
      rulings.map(({ document }) => withLongs(document)),
    ),
    insertNew(db, 'covers', reserves),
    insertNew(db, 'periods', periods),
  ]);
  for (const { _id } of periods) knownPeriods.add(_id);
  return { events, covers };
}

/** A document with its own deterministic `_id`. */
interface Identified {
  readonly _id: string;
}

interface InsertAnswer {
  readonly writeConcernError?: ErrorDescription;
  readonly writeErrors?: readonly (ErrorDescription & { readonly index: number; readonly code: number })[];
}

const WRITE_CONCERN = { w: 'majority', j: true } as const;

/**
 * Unordered insert; answers the `_id`s that were taken. Any other trouble is thrown. The plain command: the driver's bulk
 * machinery and its retry would cost as much as the insert itself, and repeating is the caller's business here.
 */
export async function insertNew(db: Db, name: string, documents: readonly Identified[]): Promise<ReadonlySet<string>> {
  if (documents.length === 0) return new Set();
  const answer: InsertAnswer = await db.command(
    { insert: name, documents, ordered: false, writeConcern: WRITE_CONCERN, maxTimeMS: FLUSH_MS_MAX },
    { ...withinFlush(), ignoreUndefined: true },
  );
  if (answer.writeConcernError) throw new MongoServerError(answer.writeConcernError);
  return new Set(
    (answer.writeErrors ?? []).map((error) => {
      if (error.code !== 11000) throw new MongoServerError(error);
      return String(documents[error.index]?._id);
    }),
  );
}

export function withLongs(document: ShiftEventDocument): Identified {
  const { premium } = document.decision;
  if (!premium) return document;
  const decision = { ...document.decision, premium: { ...premium, amount: toLong(premium.amount) } };
  const stored = { ...document, decision };
  return stored;
}

/** Unknown workers are registered by their first event, age flagged unknown (G5). */
export function newWorkers(
  rulings: readonly Stored[],
  loaded: LoadedFlush,
): readonly ReturnType<typeof workerDocumentOf>[] {
  const workers = new Map<string, ReturnType<typeof workerDocumentOf>>();
  for (const { document } of rulings) {
    if (loaded.workers.has(document.workerId) || workers.has(document.workerId)) continue;
    workers.set(document.workerId, workerDocumentOf(document));
  }
  return [...workers.values()];
}

/** The registration that an event brings about; also made by the repair after a crash. */
export function workerDocumentOf(document: ShiftEventDocument) {
  return {
    _id: document.workerId,
    platformId: document.platformId,
    externalId: document.externalId,
    registeredAt: document.receivedAt,
    registeredBy: 'event' as const,
    updatedAt: document.receivedAt,
    version: 1,
  };
}

function newPeriods(rulings: readonly Stored[], known: ReadonlySet<string>) {
  const periods = new Map<string, ReturnType<typeof periodOf> & { _id: string }>();
  for (const { document, reserve } of rulings) {
    if (!reserve) continue;
    const period = periodOf(reserve, document.platformId);
    if (!known.has(period._id)) periods.set(period._id, period);
  }
  return [...periods.values()];
}

/** The period of a cover's product day: due at day end + longest shift + tail + grace (G18). */
export function periodOf(cover: CoverTerms, platformId: string) {
  const terms = productTerms(cover.product);
  if (!terms) throw new Error(`A cover names ${cover.product}, which is not in the catalogue.`);
  const day = productDayInterval(cover.productDay, { timeZone: cover.timeZone, boundary: terms.dayBoundary });
  const waitMinutes = terms.longestShiftMinutes + terms.window.tailMinutes + terms.graceMinutes;
  return {
    _id: `${cover.policyId}/${cover.productDay}`,
    policyId: cover.policyId,
    platformId,
    productDay: cover.productDay,
    dueAt: new Date(day.to + waitMinutes * MINUTE_MS),
    state: 'open' as const,
    revision: 0,
  };
}
