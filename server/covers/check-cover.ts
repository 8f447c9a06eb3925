import { addDays, productDayAt, type Instant } from '../../programs/calendar.ts';
import type { CoverTerms, DecidedFact, PolicyRevision } from '../../programs/cover/cover-facts.ts';
import { coverVerdict, type CoverVerdict, type LateGap } from '../../programs/cover/cover-verdict.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Actor } from '../actor.ts';
import type { Services } from '../services.ts';
import { coverAccess, disclose, likelyWorker, type ReadableCovers } from './cover-access.ts';
import { loadFacts, revisionsOf, termsOfFacts, windowOf, type WorkerOfPlatform } from './load-covers.ts';

export interface CheckCoverInput {
  readonly actor: Actor;
  /** Our id of the worker, the platform's own, or `me`. */
  readonly workerId: string;
  /** Default: now. */
  readonly at?: Instant;
  readonly asKnownAt?: Instant;
}

/** A verdict with what it was drawn from, as far as the reader may see it. */
export interface KnownVerdict {
  readonly asKnownAt: Instant;
  /** What was received by then may still be on its way to the database (G19). */
  readonly provisional: boolean;
  readonly verdict: CoverVerdict;
  /** The events behind `decidedBy` that are the reader's to see. */
  readonly deciding: readonly DecidedFact[];
  /** Uninsured parts of starts reported late, of the covers that hold or nearly did (G9). */
  readonly gaps: readonly LateGap[];
}

export interface CoverCheck {
  readonly workerId: string;
  readonly at: Instant;
  /** For sentences: the zone of the cover, else of the worker's policy. */
  readonly timeZone: string;
  /** Ids of workers that only a consent opens: of their covers the reader sees product and window. */
  readonly consentedWorkerIds: ReadonlySet<string>;
  readonly answers:
    { readonly asKnown: KnownVerdict } | { readonly asKnownThen: KnownVerdict; readonly asKnownNow: KnownVerdict };
}

/** A flush gives up before that, so what was received by then is stored or never will be (G19). */
export const PROVISIONAL_MS = 60_000;

/**
 * Whether and why a worker was covered at an instant: as it was known then and as it is known now, or as it was known at
 * `asKnownAt` (G19). Throws `at_in_future`, `worker_not_found`. Two reads side by side in the common case: the worker, and
 * the events of the product day and the one before through their index; terms come with the events' answers (G1).
 */
export async function checkCover(services: Services, input: CheckCoverInput): Promise<CoverCheck> {
  const now = services.clock.now();
  const at = input.at ?? now;
  assertPast('at', at, now);
  if (input.asKnownAt !== undefined) assertPast('asKnownAt', input.asKnownAt, now);
  const likely = likelyWorker(input.actor, input.workerId);
  const [readable, read] = await Promise.all([
    coverAccess(services, input.actor, input.workerId),
    likely && readAround(services, [likely], at),
  ]);
  const asked = readable[0];
  if (!asked) throw new Error('Access without a worker.');
  const known = await readRest(services, readable, at, likely, read);
  await disclose(services, input.actor, readable, 'cover_check');

  const consented = new Set(readable.filter(({ basis }) => basis === 'consent').map(({ workerId }) => workerId));
  const asKnown = (asKnownAt: Instant): KnownVerdict => verdictAt(services, known, at, asKnownAt, now, consented);
  return {
    workerId: asked.workerId,
    at,
    timeZone: (known.terms[0] ?? known.revisions[0])?.timeZone ?? 'UTC',
    consentedWorkerIds: consented,
    answers:
      input.asKnownAt === undefined
        ? thenAndNow(asKnown(at), at === now ? undefined : asKnown(now))
        : { asKnown: asKnown(input.asKnownAt) },
  };
}

const thenAndNow = (asKnownThen: KnownVerdict, asKnownNow: KnownVerdict = asKnownThen) => ({ asKnownThen, asKnownNow });

function assertPast(name: string, instant: Instant, now: Instant): void {
  if (instant <= now) return;
  throw new Refusal(
    'unprocessable',
    'at_in_future',
    'Cover is checked for the present or the past; name an instant that is not in the future.',
    {
      details: [{ pointer: `/${name}`, code: 'at_in_future', message: `${name} must not be in the future` }],
    },
  );
}

interface Known {
  readonly facts: readonly DecidedFact[];
  readonly terms: readonly CoverTerms[];
  readonly revisions: readonly PolicyRevision[];
}

/** What can decide about an instant: the product day that holds it and the one before, which may reach into it (G8, G9). */
async function readAround(services: Services, workers: readonly WorkerOfPlatform[], at: Instant): Promise<Known> {
  const revisions = await revisionsOf(services, workers);
  const windows =
    revisions.length === 0
      ? [windowOf(daysAround(at, { product: '', timeZone: 'UTC' }), [])]
      : revisions.map((revision) => windowOf(daysAround(at, revision), [revision]));
  const facts = await loadFacts(services, workers, {
    from: Math.min(...windows.map(({ from }) => from)),
    to: Math.max(...windows.map(({ to }) => to)),
  });
  const terms = await termsOfFacts(services, facts, revisions);
  return { facts, revisions, terms: terms.filter((one) => isAround(at, one)) };
}

async function readRest(
  services: Services,
  readable: readonly ReadableCovers[],
  at: Instant,
  likely: WorkerOfPlatform | undefined,
  read: Known | undefined,
): Promise<Known> {
  const rest = readable.filter(({ workerId }) => !read || workerId !== likely?.workerId);
  const mine = read && rest.length < readable.length ? [read] : [];
  if (rest.length === 0 && mine[0]) return mine[0];
  const all = [...mine, await readAround(services, rest, at)];
  return {
    facts: all.flatMap(({ facts }) => facts),
    terms: all.flatMap(({ terms }) => terms),
    revisions: all.flatMap(({ revisions }) => revisions),
  };
}

function daysAround(
  at: Instant,
  { product, timeZone }: { product: string; timeZone: string },
): { from: string; to: string } {
  const boundary = productTerms(product)?.dayBoundary ?? '00:00';
  const day = productDayAt(at, { timeZone, boundary });
  return { from: addDays(day, -1), to: day };
}

function isAround(at: Instant, terms: CoverTerms): boolean {
  const { from, to } = daysAround(at, terms);
  return from <= terms.productDay && terms.productDay <= to;
}

function verdictAt(
  { unavailability }: Services,
  { facts, terms }: Known,
  at: Instant,
  asKnownAt: Instant,
  now: Instant,
  consented: ReadonlySet<string>,
): KnownVerdict {
  const received = facts.filter(({ receivedAt }) => receivedAt <= asKnownAt);
  const opened = new Set(received.map(({ decision }) => decision.cover?.coverId));
  const verdict = coverVerdict({
    at,
    asKnownAt,
    covers: terms.filter(({ coverId }) => opened.has(coverId)),
    facts: received,
    unavailability: unavailability.intervals(asKnownAt),
  });
  const decidedBy = new Set(verdict.decidedBy);
  const visible = received.filter(({ workerId }) => !consented.has(workerId));
  const eventIds = new Set(visible.map(({ eventId }) => eventId));
  const shiftIds = new Set(visible.map(({ shiftId }) => shiftId));
  return {
    asKnownAt,
    provisional: now - asKnownAt < PROVISIONAL_MS,
    verdict: {
      ...verdict,
      contradictions: verdict.contradictions.filter((one) => one.eventIds.every((eventId) => eventIds.has(eventId))),
    },
    deciding: visible.filter(({ eventId }) => decidedBy.has(eventId)),
    gaps: verdict.gaps.filter(({ shiftId }) => shiftIds.has(shiftId)),
  };
}
