import type { Instant } from '../../programs/calendar.ts';
import type { CoverKey, DecidedFact, FoldedCover } from '../../programs/cover/cover-facts.ts';
import { parseCoverId } from '../../programs/cover/cover-id.ts';
import { foldCover } from '../../programs/cover/fold-cover.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Actor } from '../actor.ts';
import type { DisclosureDocument } from '../audit/disclosure-model.ts';
import type { Services } from '../services.ts';
import { coverAccess, disclose, type ReadableCovers } from './cover-access.ts';
import { loadCovers, type LoadedCovers, type LoadedTerms } from './load-covers.ts';

/** A cover as it stands: terms, the fold of its events, and these events. */
export interface StandingCover {
  readonly platformId: string;
  readonly folded: FoldedCover;
  /** Those answered under the cover or used by its fold, in the order in which they happened. */
  readonly events: readonly DecidedFact[];
}

/** The one answer for unknown covers and those of others. */
export function coverNotFound(): Refusal {
  return new Refusal('not_found', 'cover_not_found', 'There is no cover with this id that you may see.');
}

export interface ReadCoverInput {
  readonly actor: Actor;
  readonly coverId: string;
  readonly purpose: DisclosureDocument['purpose'];
}

/**
 * A cover with its shifts, windows, charge and events. A platform reads covers under its own policies only (what a consent
 * opens is the verdict, not the papers), a worker and a person their own. Throws `cover_not_found`, alike for all misses.
 */
export async function readCover(
  services: Services,
  { actor, coverId, purpose }: ReadCoverInput,
): Promise<StandingCover> {
  const now = services.clock.now();
  const key = parseCoverId(coverId);
  const readable = key && (await accessOrNone(services, actor, key)).find(({ workerId }) => workerId === key.workerId);
  if (!readable || readable.basis === 'consent') throw coverNotFound();
  const cover = await standingCover(services, readable.platformId, key, now);
  if (!cover) throw coverNotFound();
  await disclose(services, actor, [readable], purpose);
  return cover;
}

async function accessOrNone(services: Services, actor: Actor, key: CoverKey): Promise<readonly ReadableCovers[]> {
  try {
    return await coverAccess(services, actor, key.workerId);
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'not_found') return [];
    throw error;
  }
}

/** The cover of a key under a platform's policy, whoever asks; undefined when neither it nor an event of it is stored. */
export async function standingCover(
  services: Services,
  platformId: string,
  { workerId, policyId, productDay }: CoverKey,
  now: Instant,
): Promise<StandingCover | undefined> {
  const workers = [{ workerId, platformId }];
  const loaded = await loadCovers(services, { workers, from: productDay, to: productDay });
  const terms = loaded.terms.find((one) => one.policyId === policyId && one.platformId === platformId);
  return terms && foldLoaded(services, terms, loaded, now);
}

/** Folds one of the covers that were loaded; shifts without an end that should be over by `asOf` are told as clipped. */
export function foldLoaded(
  services: Pick<Services, 'unavailability'>,
  terms: LoadedTerms,
  { facts }: LoadedCovers,
  asOf: Instant,
): StandingCover {
  const { platformId, ...cover } = terms;
  const ofWorker = facts.filter(({ workerId }) => workerId === cover.workerId);
  const folded = foldCover({ cover, facts: ofWorker, unavailability: services.unavailability.intervals(), asOf });
  const used = new Set([...folded.shifts, ...folded.contradictions].flatMap(({ eventIds }) => eventIds));
  const events = ofWorker
    .filter(({ eventId, decision }) => used.has(eventId) || decision.cover?.coverId === cover.coverId)
    .sort((a, b) => a.occurredAt - b.occurredAt || a.receivedAt - b.receivedAt);
  return { platformId, folded, events };
}
