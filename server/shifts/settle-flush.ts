import type { CoverDocument } from '../covers/cover-model.ts';
import type { CoverTerms, PolicyRevision } from '../../programs/cover/cover-facts.ts';
import type { Services } from '../services.ts';
import { coverDocument } from './decided-fact.ts';
import { eventIdReused, type Ruling } from './decide-flush.ts';
import type { IntakeItem } from './intake-item.ts';
import { FLUSH_MS_MAX, type LoadedFlush } from './load-flush.ts';
import type { IntakeResult } from './shift-intake.ts';
import type { ShiftEventDocument, StoredDecision } from './shift-event-model.ts';
import { insertNew, type Clashes } from './store-flush.ts';

const NO_CLASHES: Clashes = { events: new Set(), covers: new Set() };

/**
 * Answers every item from the two immutable documents, its event and its cover (G2): first answers and replays are the
 * same but for `replayed`. Only what clashed or was replayed is read back; a cover that a crash lost is inserted first.
 */
export async function settleFlush(
  services: Pick<Services, 'models'>,
  rulings: readonly Ruling[],
  loaded: LoadedFlush,
  clashes: Clashes = NO_CLASHES,
): Promise<void> {
  const winners = await eventsById(services, [...clashes.events]);
  /** Items whose answer hangs on who opened the cover. */
  const openers = new Set<string>(clashes.covers);
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
    const coverId = document.decision.cover?.coverId;
    if (replayed && coverId !== undefined && opensOrJoins(document.decision)) openers.add(coverId);
    answers.push({ item: ruling.item, document, status: replayed ? 'replayed' : 'accepted' });
  }
  const openedBy = await openersOf(services, openers, answers, loaded);
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
  services: Pick<Services, 'models'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ShiftEventDocument>> {
  if (ids.length === 0) return new Map();
  const documents = await services.models.shiftEvents.collection
    .find<ShiftEventDocument>({ _id: { $in: [...ids] } }, { timeoutMS: FLUSH_MS_MAX })
    .toArray();
  return new Map(documents.map((document) => [document._id, document]));
}

/** The opening event of each cover; covers that should be there and are not are inserted from the frozen decision. */
async function openersOf(
  services: Pick<Services, 'models'>,
  coverIds: ReadonlySet<string>,
  answers: readonly { document: ShiftEventDocument }[],
  loaded: LoadedFlush,
): Promise<ReadonlyMap<string, string>> {
  if (coverIds.size === 0) return new Map();
  const read = async (ids: readonly string[]) =>
    services.models.covers.collection
      .find<Pick<CoverDocument, '_id' | 'openedBy'>>(
        { _id: { $in: [...ids] } },
        { projection: { openedBy: 1 }, timeoutMS: FLUSH_MS_MAX },
      )
      .toArray();
  const openedBy = new Map((await read([...coverIds])).map((cover) => [cover._id, cover.openedBy]));
  const missing = new Map<string, CoverDocument>();
  for (const { document } of answers) {
    const coverId = document.decision.cover?.coverId;
    if (coverId === undefined || !coverIds.has(coverId) || openedBy.has(coverId) || missing.has(coverId)) continue;
    const terms = frozenTerms(document, loaded.policies.get(document.platformId) ?? []);
    if (terms) missing.set(coverId, coverDocument(terms, document.platformId));
  }
  if (missing.size === 0) return openedBy;
  await insertNew(
    services.models.covers.collection,
    [...missing.values()].map((cover) => ({ ...cover })),
  );
  for (const cover of await read([...missing.keys()])) openedBy.set(cover._id, cover.openedBy);
  return openedBy;
}

/** The cover that an event's stored decision reserved, as it was frozen then (G1); undefined when its revision is unknown. */
export function frozenTerms(document: ShiftEventDocument, policies: readonly PolicyRevision[]): CoverTerms | undefined {
  const { cover } = document.decision;
  if (!cover) return undefined;
  const revision = policies.find(
    ({ policyId, revision: number }) => policyId === cover.policyId && number === cover.policyRevision,
  );
  if (!revision) return undefined;
  return {
    coverId: cover.coverId,
    policyId: cover.policyId,
    policyRevision: cover.policyRevision,
    workerId: cover.workerId,
    productDay: cover.productDay,
    product: cover.product,
    timeZone: revision.timeZone,
    backFilling: revision.backFilling,
    openedByEventId: document._id,
    openedAt: document.receivedAt.getTime(),
  };
}
