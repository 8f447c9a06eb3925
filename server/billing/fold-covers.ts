import { productDayInterval } from '../../programs/calendar.ts';
import type { CoverTerms, DecidedFact, FoldedCover } from '../../programs/cover/cover-facts.ts';
import { factWindow, foldCover } from '../../programs/cover/fold-cover.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import type { Services } from '../services.ts';
import { coverTerms, decidedFact } from '../shifts/decided-fact.ts';
import { ensureCovers, type NamedCover } from '../shifts/ensure-covers.ts';
import type { ShiftEventDocument } from '../shifts/shift-event-model.ts';

/**
 * The folds of a batch of covers of one product day, each over all that is known of its worker (G13), in the order given.
 * Two or three queries whatever the size of the batch; a cover document that a crash lost is repaired on the way.
 */
export async function foldCovers(
  services: Pick<Services, 'models' | 'database' | 'unavailability'>,
  named: readonly NamedCover[],
): Promise<readonly FoldedCover[]> {
  if (named.length === 0) return [];
  const { covers } = await ensureCovers(services, named);
  const terms = new Map(covers.map((cover) => [cover._id, coverTerms(cover)]));
  const facts = await factsOf(services, [...terms.values()]);
  const unavailability = services.unavailability.intervals();
  return named.map(({ coverId, workerId }) => {
    const cover = terms.get(coverId);
    if (!cover) throw new Error(`The cover ${coverId} is not stored.`);
    return foldCover({ cover, facts: facts.get(workerId) ?? [], unavailability });
  });
}

/** The events of the covers' workers in the hull of the covers' windows, by worker. */
async function factsOf(
  { database }: Pick<Services, 'database'>,
  covers: readonly CoverTerms[],
): Promise<ReadonlyMap<string, readonly DecidedFact[]>> {
  let from = Infinity;
  let to = -Infinity;
  for (const { product, productDay, timeZone } of covers) {
    const terms = productTerms(product);
    if (!terms) throw new Error(`A cover names ${product}, which is not in the catalogue.`);
    const window = factWindow(productDayInterval(productDay, { timeZone, boundary: terms.dayBoundary }), terms);
    from = Math.min(from, window.from);
    to = Math.max(to, window.to);
  }
  const facts = new Map<string, DecidedFact[]>();
  const events = database.db.collection<ShiftEventDocument>('shift_events').find({
    workerId: { $in: [...new Set(covers.map(({ workerId }) => workerId))] },
    time: { $gte: new Date(from), $lt: new Date(to) },
  });
  for await (const event of events) {
    const fact = decidedFact(event);
    const ofWorker = facts.get(fact.workerId);
    if (ofWorker) ofWorker.push(fact);
    else facts.set(fact.workerId, [fact]);
  }
  return facts;
}
