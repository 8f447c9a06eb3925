import type { HotCollections } from '../database/collections.ts';
import type { Services } from '../services.ts';
import { eventIdReused, type Ruling } from './decide-flush.ts';
import { ensureCovers, type NamedCover } from './ensure-covers.ts';
import type { IntakeItem } from './intake-item.ts';
import { FLUSH_MS_MAX, withinFlush } from './load-flush.ts';
import type { IntakeResult } from './shift-intake.ts';
import type { ShiftEventDocument, StoredDecision } from './shift-event-model.ts';
import type { Clashes } from './store-flush.ts';

const NO_CLASHES: Clashes = { events: new Set(), covers: new Set() };

/** Cover id -> the `_id` of the event that opened it. */
export type Openers = ReadonlyMap<string, string>;
const NO_OPENERS: Openers = new Map();

/**
 * Answers every item from the two immutable documents, its event and its cover (G2): first answers and replays are the
 * same but for `replayed`. Only what clashed, was replayed or joined a cover of an earlier flush is read back (`joined`:
 * what was found of the latter meanwhile); a cover that a crash lost is inserted first. Throws when something stored
 * cannot be read back: then nothing may be acknowledged.
 */
export async function settleFlush(
  services: Pick<Services, 'models' | 'database'>,
  rulings: readonly Ruling[],
  clashes: Clashes = NO_CLASHES,
  joined: Openers = NO_OPENERS,
): Promise<void> {
  const winners = await eventsById(services, [...clashes.events]);
  const opened = openedCovers(rulings);
  /** Items whose answer hangs on who opened the cover. */
  const named = new Map<string, NamedCover>();
  const answers: { item: IntakeItem; document: ShiftEventDocument; status: 'accepted' | 'replayed' }[] = [];
  for (const ruling of rulings) {
    if (ruling.kind === 'reject') {
      ruling.item.settle({ status: 'rejected', refusal: ruling.refusal });
      continue;
    }
    const winner = winners.get(ruling.document._id);
    if (!winner && clashes.events.has(ruling.document._id)) {
      throw new Error(`The event ${ruling.document._id} was there before and cannot be read back.`);
    }
    if (winner && winner.hash !== ruling.item.hash) {
      ruling.item.settle({ status: 'rejected', refusal: eventIdReused(ruling.item) });
      continue;
    }
    const replayed = ruling.kind === 'replay' || winner !== undefined;
    const document = winner ?? ruling.document;
    const { cover } = document.decision;
    const isOurs = cover && opened.has(cover.coverId) && !clashes.covers.has(cover.coverId);
    if (cover && (replayed || !isOurs) && opensOrJoins(document.decision)) named.set(cover.coverId, cover);
    answers.push({ item: ruling.item, document, status: replayed ? 'replayed' : 'accepted' });
  }
  const openedBy = await openersOf(services, named, joined);
  for (const { item, document, status } of answers) item.settle(resultOf(document, status, openedBy));
}

/**
 * Who opened the covers that starts of this flush join and none of them reserves. Usually it is another event; but where a
 * crash stored a cover without the event that it names, that event itself comes back as one that joins. Covers never
 * change, so this can be read beside the inserts. What is missing is left out.
 */
export async function joinedOpeners({ covers }: HotCollections, rulings: readonly Ruling[]): Promise<Openers> {
  const opened = openedCovers(rulings);
  const ids = new Set<string>();
  for (const ruling of rulings) {
    if (ruling.kind !== 'store' || !opensOrJoins(ruling.document.decision)) continue;
    const { cover } = ruling.document.decision;
    if (cover && !opened.has(cover.coverId)) ids.add(cover.coverId);
  }
  if (ids.size === 0) return NO_OPENERS;
  const found = await covers
    .find({ _id: { $in: [...ids] } }, { projection: { openedBy: 1 }, ...withinFlush() })
    .toArray();
  return new Map(found.map(({ _id, openedBy }) => [_id, openedBy]));
}

function openedCovers(rulings: readonly Ruling[]): ReadonlySet<string> {
  return new Set(rulings.flatMap((ruling) => (ruling.kind === 'store' ? (ruling.reserve?.coverId ?? []) : [])));
}

/** Outcomes that depend on which event opened the cover. */
const opensOrJoins = ({ outcome }: StoredDecision): boolean =>
  outcome === 'covered' || outcome === 'already_covered' || outcome === 'extended';

function resultOf(document: ShiftEventDocument, status: 'accepted' | 'replayed', openedBy: Openers): IntakeResult {
  const { decision } = document;
  const opener = decision.cover && openedBy.get(decision.cover.coverId);
  return {
    status,
    eventId: document._id,
    workerId: document.workerId,
    receivedAt: document.receivedAt.getTime(),
    decision: opener === undefined ? decision : { ...decision, outcome: outcomeFor(document, opener) },
  };
}

/** G2: `covered` when the cover names this event, else `already_covered`. */
export function outcomeFor(document: ShiftEventDocument, opener: string): StoredDecision['outcome'] {
  if (!opensOrJoins(document.decision)) return document.decision.outcome;
  if (opener === document._id) return 'covered';
  return document.decision.outcome === 'covered' ? 'already_covered' : document.decision.outcome;
}

async function eventsById(
  services: Pick<Services, 'models' | 'database'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ShiftEventDocument>> {
  if (ids.length === 0) return new Map();
  const documents = await services.models.shiftEvents
    .find({ _id: { $in: [...ids] } })
    .maxTimeMS(FLUSH_MS_MAX)
    .lean();
  return new Map(documents.map((document) => [document._id, document]));
}

/** The opening event of each cover; a cover that a crash lost is inserted first (G1). */
async function openersOf(
  services: Pick<Services, 'models' | 'database'>,
  covers: ReadonlyMap<string, NamedCover>,
  known: Openers,
): Promise<Openers> {
  const unknown = [...covers.values()].filter(({ coverId }) => !known.has(coverId));
  if (unknown.length === 0) return known;
  const ensured = await ensureCovers(services, unknown);
  return new Map([...known, ...ensured.covers.map(({ _id, openedBy }) => [_id, openedBy] as const)]);
}
