import { productDayInterval, type Instant, type Interval } from '../../programs/calendar.ts';
import type { CoverTerms, DecidedFact, FoldedCover, Unavailability } from '../../programs/cover/cover-facts.ts';
import { factWindow, foldCover } from '../../programs/cover/fold-cover.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import type { Services } from '../services.ts';
import { coverTerms, decidedFact } from '../shifts/decided-fact.ts';
import { ensureCovers, type NamedCover } from '../shifts/ensure-covers.ts';
import type { ShiftEventDocument } from '../shifts/shift-event-model.ts';

/**
 * The folds of a batch of covers of one product day, each over all that is known of its worker (G13), in the order given.
 * A few queries whatever the size of the batch; a cover document that a crash lost is repaired on the way.
 */
export async function foldCovers(
  services: Pick<Services, 'models' | 'database'>,
  named: readonly NamedCover[],
  now: Instant,
): Promise<readonly FoldedCover[]> {
  if (named.length === 0) return [];
  const { covers } = await ensureCovers(services, named);
  const terms = new Map(covers.map((cover) => [cover._id, coverTerms(cover)]));
  const window = windowOf([...terms.values()]);
  const workerIds = named.map(({ workerId }) => workerId);
  const [facts, unavailability] = await Promise.all([
    factsOf(services, workerIds, window),
    unavailabilitySince(services, window.from),
  ]);
  return named.map(({ coverId, workerId }) => {
    const cover = terms.get(coverId);
    if (!cover) throw new Error(`The cover ${coverId} is not stored.`);
    return foldCover({ cover, facts: facts.get(workerId) ?? [], unavailability, asOf: now });
  });
}

/** The hull of the covers' windows (G13). */
function windowOf(covers: readonly CoverTerms[]): Interval {
  let from = Infinity;
  let to = -Infinity;
  for (const { product, productDay, timeZone } of covers) {
    const terms = productTerms(product);
    if (!terms) throw new Error(`A cover names ${product}, which is not in the catalogue.`);
    const window = factWindow(productDayInterval(productDay, { timeZone, boundary: terms.dayBoundary }), terms);
    from = Math.min(from, window.from);
    to = Math.max(to, window.to);
  }
  return { from, to };
}

async function factsOf(
  { database }: Pick<Services, 'database'>,
  workerIds: readonly string[],
  { from, to }: Interval,
): Promise<ReadonlyMap<string, readonly DecidedFact[]>> {
  const facts = new Map<string, DecidedFact[]>();
  const events = database.db.collection<ShiftEventDocument>('shift_events').find({
    workerId: { $in: [...new Set(workerIds)] },
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

/**
 * What could excuse a late receipt of events from then on (G9). Read from the database and not from the book in memory,
 * which forgets: a day closed again after months must fold as it did, or it would be credited for nothing.
 */
async function unavailabilitySince({ models }: Pick<Services, 'models'>, from: Instant): Promise<Unavailability> {
  const documents = await models.unavailabilities
    .find({ to: { $gte: new Date(from) } }, { from: 1, to: 1 })
    .sort({ to: 1 })
    .lean();
  return documents.map((silence) => ({ from: silence.from.getTime(), to: silence.to.getTime() }));
}
