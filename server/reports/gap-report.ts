import { addDays, productDayInterval, type Instant, type Interval } from '../../programs/calendar.ts';
import type { DecidedFact, FoldedCover } from '../../programs/cover/cover-facts.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import { lateGaps } from '../../programs/cover/cover-verdict.ts';
import type { ActorOf } from '../actor.ts';
import type { CoverDocument } from '../covers/cover-model.ts';
import { assertDayRange } from '../covers/day-range.ts';
import { loadCovers, loadedTerms, loadFacts, windowOf, type DayRange } from '../covers/load-covers.ts';
import { foldLoaded } from '../covers/read-cover.ts';
import type { Services } from '../services.ts';
import { decidedFact } from '../shifts/decided-fact.ts';
import { isStart } from '../shifts/intake-item.ts';
import type { ShiftEventDocument } from '../shifts/shift-event-model.ts';

/** Work without cover, or cover without work. */
export type Gap =
  /** A start that was refused. */
  | { readonly kind: 'not_covered'; readonly fact: DecidedFact; readonly externalId: string }
  /** The part of a late start before its receipt that nothing else protected, clipped to the report's end (G9). */
  | { readonly kind: 'late_gap'; readonly fact: DecidedFact; readonly externalId: string; readonly gap: Interval }
  /** A reserved cover of which no valid start stands (G1). */
  | { readonly kind: 'cover_without_work'; readonly folded: FoldedCover };

export const GAP_KINDS = ['not_covered', 'late_gap', 'cover_without_work'] as const;
export type GapKind = (typeof GAP_KINDS)[number];

/** Where a report goes on: after `seen` items at `at`, or after the cover `at`. */
export interface GapCursor {
  readonly kind: GapKind;
  readonly at: string | number;
  readonly seen: number;
}

export interface GapStep {
  readonly gap?: Gap;
  /** Covers looked at since the last step that says so. */
  readonly examined?: number;
  /** Where to go on after this step. */
  readonly next: GapCursor;
}

export interface GapReportInput extends DayRange {
  readonly actor: ActorOf<'platform'>;
  /** Only these; default all. */
  readonly kind?: GapKind;
  readonly after?: GapCursor;
}

const BATCH = 500;
const FOLDED_AT_ONCE = 50;
/** Covers looked at in one request for a page: a page may be short and still have a next one. */
export const COVERS_EXAMINED_MAX = 20_000;

/**
 * The gaps of a platform in a range of product days (of its first policy's zone and boundary; both inclusive), kind by
 * kind. Reads as far as it is consumed. A step without a gap only says how far the search came. Throws `range_invalid`
 * before the first step.
 */
export async function gapReport(services: Services, input: GapReportInput): Promise<AsyncIterable<GapStep>> {
  assertDayRange(input);
  const { platformId } = input.actor;
  const [policy] = await services.policies.revisionsOf(platformId);
  const rule = {
    timeZone: policy?.timeZone ?? 'UTC',
    boundary: (policy && productTerms(policy.product)?.dayBoundary) ?? '00:00',
  };
  const window = { from: productDayInterval(input.from, rule).from, to: productDayInterval(input.to, rule).to };
  return steps(services, input, window);
}

async function* steps(services: Services, input: GapReportInput, window: Interval): AsyncGenerator<GapStep> {
  const first = input.after ? GAP_KINDS.indexOf(input.after.kind) : 0;
  for (const kind of GAP_KINDS.slice(first)) {
    if (input.kind !== undefined && input.kind !== kind) continue;
    const after = input.after?.kind === kind ? input.after : undefined;
    if (kind === 'cover_without_work') yield* coversWithoutWork(services, input, after);
    else yield* eventGaps(services, input.actor.platformId, kind, window, after);
  }
}

/** In the order of time; events of one millisecond keep their order of storage, so a count of those seen is a cursor. */
async function* eventGaps(
  services: Services,
  platformId: string,
  kind: 'not_covered' | 'late_gap',
  window: Interval,
  after: GapCursor | undefined,
): AsyncGenerator<GapStep> {
  const start = typeof after?.at === 'number' ? Math.min(Math.max(after.at, window.from), window.to) : window.from;
  let at: Instant = start;
  let seen = 0;
  let toSkip = after?.seen ?? 0;
  let late: LateStart[] = [];
  for await (const document of eventsOf(services, platformId, kind, { from: start, to: window.to })) {
    const time = document.time.getTime();
    seen = time === at ? seen + 1 : 1;
    at = time;
    if (time === start && toSkip > 0) {
      toSkip--;
      continue;
    }
    const fact = decidedFact(document);
    if (!isStart(fact)) continue;
    const { externalId } = document;
    const next = { kind, at, seen };
    if (kind === 'not_covered') {
      yield { gap: { kind, fact, externalId }, next };
      continue;
    }
    const day = fact.decision.cover?.productDay;
    if (late.length >= FOLDED_AT_ONCE || late[0]?.fact.decision.cover?.productDay !== day) {
      yield* lateGapsOf(services, platformId, late, window);
      late = [];
    }
    late.push({ fact, externalId, next });
  }
  yield* lateGapsOf(services, platformId, late, window);
}

interface LateStart {
  readonly fact: DecidedFact;
  readonly externalId: string;
  readonly next: GapCursor;
}

/**
 * Late starts of one product day: what of each nothing protected, as the folds of their workers tell. The day's cover may
 * have held already, and a start reported once more loses nothing.
 */
async function* lateGapsOf(
  services: Services,
  platformId: string,
  starts: readonly LateStart[],
  window: Interval,
): AsyncGenerator<GapStep> {
  const day = starts[0]?.fact.decision.cover?.productDay;
  if (day === undefined) return;
  const workers = [...new Set(starts.map(({ fact }) => fact.workerId))].map((workerId) => ({ workerId, platformId }));
  const loaded = await loadCovers(services, { workers, from: addDays(day, -1), to: addDays(day, 1) });
  const now = services.clock.now();
  for (const { fact, externalId, next } of starts) {
    const covers = loaded.terms.filter(({ workerId }) => workerId === fact.workerId);
    const folded = covers.map((terms) => foldLoaded(services, terms, loaded, now).folded);
    // Of several reports of one start the earliest effective stands for the shift; its gap is told once, with that one.
    const lost = lateGaps(folded).filter(
      ({ shiftId, from, to }) =>
        shiftId === fact.shiftId && fact.occurredAt <= from && to <= (fact.decision.cover?.effectiveAt ?? from),
    );
    const first = lost[0];
    const last = lost.at(-1);
    if (!first || !last) continue;
    yield {
      gap: { kind: 'late_gap', fact, externalId, gap: { from: first.from, to: Math.min(last.to, window.to) } },
      next,
    };
  }
}

function eventsOf({ models }: Services, platformId: string, kind: 'not_covered' | 'late_gap', window: Interval) {
  const refused = { 'decision.outcome': 'not_covered' } as const;
  const late = { 'decision.flags': 'late' } as const;
  return models.shiftEvents.collection
    .find<ShiftEventDocument>({
      platformId,
      time: { $gte: new Date(window.from), $lt: new Date(window.to) },
      ...(kind === 'not_covered' ? refused : late),
    })
    .sort({ time: 1 })
    .batchSize(BATCH);
}

/**
 * Covers by id, so by day (G4). Ids of all platforms lie side by side, and only the fold tells which cover stands without
 * work: so the search is bounded by what it looks at, not by what it finds.
 */
async function* coversWithoutWork(
  services: Services,
  input: GapReportInput,
  after: GapCursor | undefined,
): AsyncGenerator<GapStep> {
  const kind = 'cover_without_work';
  let from = typeof after?.at === 'string' && after.at > input.from ? after.at : input.from;
  for (;;) {
    const documents: CoverDocument[] = await services.database.db
      .collection<CoverDocument>('covers')
      .find({ _id: { $gt: from, $lt: addDays(input.to, 1) } })
      .sort({ _id: 1 })
      .limit(BATCH)
      .toArray();
    const last = documents.at(-1);
    if (!last) return;
    const own = documents.filter(({ platformId }) => platformId === input.actor.platformId);
    for (let index = 0; index < own.length; index += FOLDED_AT_ONCE) {
      for (const folded of await foldDocuments(services, own.slice(index, index + FOLDED_AT_ONCE))) {
        if (!folded.live) yield { gap: { kind, folded }, next: { kind, at: folded.terms.coverId, seen: 0 } };
      }
    }
    from = last._id;
    yield { next: { kind, at: from, seen: 0 }, examined: documents.length };
  }
}

/** The folds of covers whose ids follow each other: their workers' events are one read. */
async function foldDocuments(services: Services, documents: readonly CoverDocument[]): Promise<readonly FoldedCover[]> {
  const [first] = documents;
  const last = documents.at(-1);
  const revisions = first ? await services.policies.revisionsOf(first.platformId) : [];
  if (!first || !last || revisions.length === 0) return [];
  const window = windowOf({ from: first.productDay, to: last.productDay }, revisions);
  const now = services.clock.now();
  const workers = new Map(documents.map(({ workerId, platformId }) => [workerId, { workerId, platformId }]));
  const facts = await loadFacts(services, [...workers.values()], window);
  return documents.map((document) => foldLoaded(services, loadedTerms(document), { terms: [], facts }, now).folded);
}
