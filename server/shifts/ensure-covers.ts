import type { CoverTerms } from '../../programs/cover/cover-facts.ts';
import type { CoverDocument } from '../covers/cover-model.ts';
import type { Services } from '../services.ts';
import { coverDocument, frozenTerms } from './decided-fact.ts';
import { isStart } from './intake-item.ts';
import type { ShiftEventDocument } from './shift-event-model.ts';
import { insertNew } from './store-flush.ts';

/** A cover that some event's decision names. */
export interface NamedCover {
  readonly coverId: string;
  readonly workerId: string;
}

/**
 * The cover documents of these covers, in no order. One that a crash lost between event and cover (G1) is inserted again
 * from the frozen decision of its event: of several, the start that was received first. `repaired` are the ids inserted.
 * Throws a plain Error when a named cover has no event or no policy revision: then the books are broken.
 */
export async function ensureCovers(
  services: Pick<Services, 'models' | 'database'>,
  named: readonly NamedCover[],
): Promise<{ readonly covers: readonly CoverDocument[]; readonly repaired: readonly string[] }> {
  const { models } = services;
  const read = (ids: readonly string[]) => models.covers.find({ _id: { $in: [...ids] } }).lean();
  const covers = await read(named.map(({ coverId }) => coverId));
  if (covers.length === named.length) return { covers, repaired: [] };

  const there = new Set(covers.map(({ _id }) => _id));
  const missing = named.filter(({ coverId }) => !there.has(coverId));
  const inserted = await rebuild(services, missing);
  const taken = await insertNew(services.database.db, 'covers', inserted);
  // Whoever inserted it first decides; what is read back is what stands.
  const repaired = inserted.map(({ _id }) => _id);
  return { covers: [...covers, ...(await read(repaired))], repaired: repaired.filter((id) => !taken.has(id)) };
}

async function rebuild({ models }: Pick<Services, 'models'>, missing: readonly NamedCover[]): Promise<CoverDocument[]> {
  const coverIds = missing.map(({ coverId }) => coverId);
  const events = await models.shiftEvents
    .find({ workerId: { $in: missing.map(({ workerId }) => workerId) }, 'decision.cover.coverId': { $in: coverIds } })
    .lean();
  const openers = new Map<string, ShiftEventDocument>();
  for (const event of events) {
    const id = event.decision.cover?.coverId ?? '';
    const first = openers.get(id);
    if (!first || opensBefore(event, first)) openers.set(id, event);
  }
  const termsOf = await coverTermsOf({ models }, [...openers.values()]);
  return coverIds.map((coverId) => {
    const opener = openers.get(coverId);
    if (!opener) throw new Error(`No event names the cover ${coverId}.`);
    return coverDocument(termsOf(opener), opener.platformId);
  });
}

function opensBefore(a: ShiftEventDocument, b: ShiftEventDocument): boolean {
  const [startA, startB] = [isStart(a), isStart(b)];
  if (startA !== startB) return startA;
  const difference = a.receivedAt.getTime() - b.receivedAt.getTime();
  return difference !== 0 ? difference < 0 : a._id < b._id;
}

/**
 * How to read a cover's terms off the frozen decision of an event that names one; the policy revisions of the given
 * events are loaded once.
 */
export async function coverTermsOf(
  { models }: Pick<Services, 'models'>,
  events: readonly ShiftEventDocument[],
): Promise<(event: ShiftEventDocument) => CoverTerms> {
  const policyIds = new Set(events.flatMap(({ decision }) => (decision.cover ? [decision.cover.policyId] : [])));
  const documents = await models.policyRevisions
    .find({ policyId: { $in: [...policyIds] } }, { policyId: 1, revision: 1, timeZone: 1, backFilling: 1 })
    .lean();
  const revisions = new Map(documents.map((revision) => [`${revision.policyId}/${revision.revision}`, revision]));
  return ({ _id, receivedAt, decision: { cover } }) => {
    if (!cover) throw new Error(`The event ${_id} names no cover.`);
    const revision = revisions.get(`${cover.policyId}/${cover.policyRevision}`);
    if (!revision) throw new Error(`Revision ${cover.policyRevision} of the policy ${cover.policyId} is not stored.`);
    return frozenTerms({ eventId: _id, receivedAt: receivedAt.getTime(), cover }, revision);
  };
}
