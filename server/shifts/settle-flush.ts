import type { Services } from '../services.ts';
import { eventIdReused, type Ruling } from './decide-flush.ts';
import { ensureCovers, type NamedCover } from './ensure-covers.ts';
import type { IntakeItem } from './intake-item.ts';
import { FLUSH_MS_MAX } from './load-flush.ts';
import type { IntakeResult } from './shift-intake.ts';
import type { ShiftEventDocument, StoredDecision } from './shift-event-model.ts';
import type { Clashes } from './store-flush.ts';

const NO_CLASHES: Clashes = { events: new Set(), covers: new Set() };

/**
 * Answers every item from the two immutable documents, its event and its cover (G2): first answers and replays are the
 * same but for `replayed`. Only what clashed or was replayed is read back; a cover that a crash lost is inserted first.
 */
export async function settleFlush(
  services: Pick<Services, 'models' | 'database'>,
  rulings: readonly Ruling[],
  clashes: Clashes = NO_CLASHES,
): Promise<void> {
  const winners = await eventsById(services, [...clashes.events]);
  /** Items whose answer hangs on who opened the cover. */
  const named = new Map<string, NamedCover>();
  const answers: { item: IntakeItem; document: ShiftEventDocument; status: 'accepted' | 'replayed' }[] = [];
  for (const ruling of rulings) {
    if (ruling.kind === 'reject') {
      ruling.item.settle({ status: 'rejected', refusal: ruling.refusal });
      continue;
    }
    const winner = winners.get(ruling.document._id);
    if (winner && winner.hash !== ruling.item.hash) {
      ruling.item.settle({ status: 'rejected', refusal: eventIdReused(ruling.item) });
      continue;
    }
    const replayed = ruling.kind === 'replay' || winner !== undefined;
    const document = winner ?? ruling.document;
    const { cover } = document.decision;
    if (cover && (replayed || clashes.covers.has(cover.coverId)) && opensOrJoins(document.decision)) {
      named.set(cover.coverId, cover);
    }
    answers.push({ item: ruling.item, document, status: replayed ? 'replayed' : 'accepted' });
  }
  const openedBy = await openersOf(services, named);
  for (const { item, document, status } of answers) item.settle(resultOf(document, status, openedBy));
}

/** Outcomes that depend on which event opened the cover. */
const opensOrJoins = ({ outcome }: StoredDecision): boolean =>
  outcome === 'covered' || outcome === 'already_covered' || outcome === 'extended';

function resultOf(
  document: ShiftEventDocument,
  status: 'accepted' | 'replayed',
  openedBy: ReadonlyMap<string, string>,
): IntakeResult {
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
): Promise<ReadonlyMap<string, string>> {
  if (covers.size === 0) return new Map();
  const ensured = await ensureCovers(services, [...covers.values()]);
  return new Map(ensured.covers.map(({ _id, openedBy }) => [_id, openedBy]));
}
