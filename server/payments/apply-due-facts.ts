import type { Instant } from '../../programs/calendar.ts';
import { tryAgainAt } from '../../programs/payments/try-again-at.ts';
import { Refusal } from '../../programs/refusal.ts';
import { asRefusal } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { applyFact, FACT_APPLIERS, type FactAppliers } from './apply-fact.ts';
import { exceptionId, mendExceptions, mendWhatIsOver, openException } from './exceptions.ts';
import type { PaymentFactDocument } from './payment-models.ts';

const BATCH = 200;

const FACT_REFUSED = 'fact_refused';
/** How long a fact is one run's own: longer than any booking takes. */
const CLAIM_MS = 60_000;

/**
 * Applies every fact that is due, oldest first; safe to run any number of times at once. One that cannot be applied becomes
 * an exception, is tried again later, and holds up no other; when it works after all, its exception ends by itself.
 */
export async function applyDueFacts(
  services: Services,
  {
    now,
    appliers = FACT_APPLIERS,
    signal,
  }: { readonly now: Instant; readonly appliers?: FactAppliers; readonly signal?: AbortSignal },
): Promise<{ readonly applied: number; readonly refused: number }> {
  let applied = 0;
  let refused = 0;
  for (;;) {
    const due = await services.models.paymentFacts
      .find({ state: 'due', dueAt: { $lte: new Date(now) } }, { _id: 1 })
      .sort({ dueAt: 1, occurredAt: 1, _id: 1 })
      .limit(BATCH)
      .lean();
    const before = applied + refused;
    for (const { _id } of due) {
      if (signal?.aborted) return { applied, refused };
      // Another run has it, booked it or put it off meanwhile, or a person ended it.
      const fact = await claimFact(services, _id, { filter: { dueAt: { $lte: new Date(now) } } });
      if (fact === undefined) continue;
      if (!(await applyClaimed(services, fact, now, appliers))) {
        refused += 1;
        continue;
      }
      applied += 1;
      await mendExceptions(services, [exceptionOf(fact)], { note: BOOKED_LATER, now });
    }
    if (due.length < BATCH || applied + refused === before) return { applied, refused };
  }
}

const BOOKED_LATER = 'It was booked by a later try.';

/** Ends exceptions of facts that were booked after all by a run that died before it could end them; answers how many. */
export async function mendBookedFacts(services: Services, { now }: { readonly now: Instant }): Promise<number> {
  const isBooked = async (_id: string) =>
    (await services.models.paymentFacts.exists({ _id, state: 'applied' })) !== null;
  return mendWhatIsOver(services, FACT_REFUSED, isBooked, { note: BOOKED_LATER, now });
}

/** A fact that is this run's own until then. */
export type ClaimedFact = PaymentFactDocument & { readonly claimedUntil: Date };

/** Takes a due fact for a minute, unless another run has it: what two runs decide at once they would decide differently. */
export async function claimFact(
  { models, clock }: Pick<Services, 'models' | 'clock'>,
  factId: string,
  { filter, change }: { readonly filter?: object; readonly change?: object } = {},
): Promise<ClaimedFact | undefined> {
  const at = clock.now();
  const claimedUntil = new Date(at + CLAIM_MS);
  const claimed = await models.paymentFacts
    .findOneAndUpdate(
      { _id: factId, state: 'due', claimedUntil: { $not: { $gt: new Date(at) } }, ...filter },
      { ...change, $set: { claimedUntil } },
      { returnDocument: 'after' },
    )
    .lean();
  return claimed === null ? undefined : { ...claimed, claimedUntil };
}

/** Applies a fact that was claimed, whatever its time; answers whether it is applied. */
export async function applyClaimed(
  services: Services,
  document: ClaimedFact,
  now: Instant,
  appliers: FactAppliers = FACT_APPLIERS,
): Promise<boolean> {
  const { _id, fact, decision } = document;
  try {
    await applyFact(services, fact, { decision, now }, appliers);
  } catch (error) {
    await putOff(services, document, error, now);
    return false;
  }
  await services.models.paymentFacts.updateOne(
    { _id, state: 'due' },
    { $set: { state: 'applied', appliedAt: new Date(now) }, $unset: { claimedUntil: '' } },
  );
  return true;
}

/** The exception of a fact that cannot be applied. */
function exceptionOf({ _id, provider }: Pick<PaymentFactDocument, '_id' | 'provider'>): string {
  return exceptionId({ provider, kind: FACT_REFUSED, subject: _id });
}

async function putOff(services: Services, document: ClaimedFact, error: unknown, now: Instant): Promise<void> {
  const { _id, provider, kind, fact, occurredAt } = document;
  const refusal = asRefusal(error);
  if (refusal === undefined) services.log.error({ err: error, fact: _id }, 'a fact met a bug; it stays due');
  const tries = document.tries + 1;
  const { matchedCount } = await services.models.paymentFacts.updateOne(
    { _id, state: 'due', claimedUntil: document.claimedUntil },
    { $set: { tries, dueAt: new Date(tryAgainAt(now, tries)) }, $unset: { claimedUntil: '' } },
  );
  // Its minute was over, and another run has booked it or tells of it.
  if (matchedCount === 0) return;
  // What is only away comes back by itself.
  if (refusal instanceof Refusal && refusal.kind === 'unavailable') return;
  const why = refusal === undefined ? 'a bug of ours, see the log' : `${refusal.code}: ${refusal.message}`;
  await openException(services, {
    provider,
    kind: FACT_REFUSED,
    subject: _id,
    occurredAt: occurredAt.getTime(),
    openedAt: now,
    message: `${kind} cannot be booked (${why})`,
    theirs: fact,
  });
}
