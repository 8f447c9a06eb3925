import type { DecidedFact } from '../../programs/cover/cover-facts.ts';
import { foldCover } from '../../programs/cover/fold-cover.ts';
import type { Money } from '../../programs/money.ts';
import { dayCovers } from '../../server/billing/day-covers.ts';
import { loadCovers } from '../../server/covers/load-covers.ts';
import { termsOfEvents } from '../../server/covers/terms-of-events.ts';
import type { Services } from '../../server/services.ts';
import { decisionOf } from '../../server/shifts/decided-fact.ts';
import type { ImportedCovers, ImportPolicy, UnstoredEvent } from './import-shifts.ts';

/** Workers folded at a time. */
const BATCH_WORKERS = 200;

/**
 * The premium of the imported covers as the close will compute it (G17): each cover's fold over all that is stored of its
 * worker, and over what a dry run decided and did not store.
 */
export async function foldedPremium(services: Services, policy: ImportPolicy, covers: ImportedCovers): Promise<Money> {
  const unstored = byWorker(covers.unstored.map((one) => unstoredFact(one, policy)));
  let amount = 0;
  for (const productDay of [...covers.productDays].sort()) {
    for await (const workerIds of workersOf(services, policy, productDay, unstored)) {
      amount += await foldDay(services, policy, productDay, workerIds, unstored, covers);
    }
  }
  return { amount, currency: policy.currency };
}

/** Workers with events of the day, stored or not, in batches. */
async function* workersOf(
  services: Services,
  { policyId }: ImportPolicy,
  productDay: string,
  unstored: ReadonlyMap<string, readonly DecidedFact[]>,
): AsyncGenerator<readonly string[]> {
  const stored = new Set<string>();
  for await (const batch of dayCovers(services, {
    policyId,
    productDay,
    afterWorkerId: '',
    batchSize: BATCH_WORKERS,
  })) {
    for (const { workerId } of batch) if (unstored.has(workerId)) stored.add(workerId);
    yield batch.map(({ workerId }) => workerId);
  }
  const onlyUnstored = [...unstored]
    .filter(
      ([workerId, facts]) =>
        !stored.has(workerId) && facts.some(({ decision }) => decision.cover?.productDay === productDay),
    )
    .map(([workerId]) => workerId);
  for (let at = 0; at < onlyUnstored.length; at += BATCH_WORKERS) yield onlyUnstored.slice(at, at + BATCH_WORKERS);
}

async function foldDay(
  services: Services,
  { platformId, policyId }: ImportPolicy,
  productDay: string,
  workerIds: readonly string[],
  unstored: ReadonlyMap<string, readonly DecidedFact[]>,
  covers: ImportedCovers,
): Promise<number> {
  const workers = workerIds.map((workerId) => ({ workerId, platformId }));
  const loaded = await loadCovers(services, { workers, from: productDay, to: productDay });
  const mine = workerIds.flatMap((workerId) => unstored.get(workerId) ?? []);
  const known = new Set(loaded.terms.map(({ coverId }) => coverId));
  const fresh = mine.filter(({ decision: { cover } }) => cover?.productDay === productDay && !known.has(cover.coverId));
  const terms = [
    ...loaded.terms,
    ...(await termsOfEvents(services, fresh, await services.policies.revisionsOf(platformId))),
  ];
  const facts = byWorker([...loaded.facts, ...mine]);
  const unavailability = services.unavailability.intervals();
  let amount = 0;
  for (const cover of terms) {
    if (cover.policyId !== policyId || cover.productDay !== productDay || !covers.has(cover.coverId)) continue;
    const { live, charge } = foldCover({ cover, facts: facts.get(cover.workerId) ?? [], unavailability });
    if (live) amount += charge.amount;
  }
  return amount;
}

function unstoredFact({ event, result }: UnstoredEvent, { platformId }: ImportPolicy): DecidedFact {
  const { data } = event;
  return {
    eventId: result.eventId,
    type: event.type,
    platformId,
    workerId: result.workerId,
    shiftId: data.shiftId,
    ...(data.orderId === undefined ? {} : { orderId: data.orderId }),
    ...(data.policyId === undefined ? {} : { policyId: data.policyId }),
    occupationClass: data.occupationClass,
    territory: data.territory,
    ...(data.declaredAge === undefined ? {} : { declaredAge: data.declaredAge }),
    occurredAt: event.time,
    receivedAt: result.receivedAt,
    decision: decisionOf(result.decision),
  };
}

function byWorker(facts: readonly DecidedFact[]): Map<string, DecidedFact[]> {
  const groups = new Map<string, DecidedFact[]>();
  for (const fact of facts) {
    const group = groups.get(fact.workerId);
    if (group === undefined) groups.set(fact.workerId, [fact]);
    else group.push(fact);
  }
  return groups;
}
