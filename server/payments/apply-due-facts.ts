import type { Instant } from '../../programs/calendar.ts';
import { tryAgainAt } from '../../programs/payments/try-again-at.ts';
import { Refusal } from '../../programs/refusal.ts';
import { asRefusal } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { applyFact, FACT_APPLIERS, type FactAppliers } from './apply-fact.ts';
import { exceptionId, mendExceptions, openException } from './exceptions.ts';
import type { PaymentFactDocument } from './payment-models.ts';

const BATCH = 200;

/**
 * Applies every fact that is due, oldest first. One that cannot be applied becomes an exception, is tried again later, and
 * holds up no other; when it works after all, its exception ends by itself.
 */
export async function applyDueFacts(
  services: Services,
  { now, appliers = FACT_APPLIERS }: { readonly now: Instant; readonly appliers?: FactAppliers },
): Promise<{ readonly applied: number; readonly refused: number }> {
  let applied = 0;
  let refused = 0;
  for (;;) {
    const due = await services.models.paymentFacts
      .find({ state: 'due', dueAt: { $lte: new Date(now) } })
      .sort({ dueAt: 1, occurredAt: 1, _id: 1 })
      .limit(BATCH)
      .lean();
    for (const document of due) {
      // While those before it were booked, a person may have ended it, or another run booked it.
      if ((await services.models.paymentFacts.exists({ _id: document._id, state: 'due' })) === null) continue;
      if (!(await applyOne(services, document, now, appliers))) {
        refused += 1;
        continue;
      }
      applied += 1;
      if (document.tries === 0) continue;
      await mendExceptions(services, [exceptionOf(document)], { note: 'It was booked by a later try.', now });
    }
    if (due.length < BATCH) return { applied, refused };
  }
}

/** Applies one fact now, whatever its time; answers whether it is applied. */
export async function applyOne(
  services: Services,
  document: PaymentFactDocument,
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
    { $set: { state: 'applied', appliedAt: new Date(now) } },
  );
  return true;
}

/** The exception of a fact that cannot be applied. */
function exceptionOf({ _id, provider }: Pick<PaymentFactDocument, '_id' | 'provider'>): string {
  return exceptionId({ provider, kind: 'fact_refused', subject: _id });
}

async function putOff(services: Services, document: PaymentFactDocument, error: unknown, now: Instant): Promise<void> {
  const { _id, provider, kind, fact, occurredAt } = document;
  const refusal = asRefusal(error);
  if (refusal === undefined) services.log.error({ err: error, fact: _id }, 'a fact met a bug; it stays due');
  const tries = document.tries + 1;
  await services.models.paymentFacts.updateOne(
    { _id, state: 'due' },
    { $set: { tries, dueAt: new Date(tryAgainAt(now, tries)) } },
  );
  // What is only away comes back by itself.
  if (refusal instanceof Refusal && refusal.kind === 'unavailable') return;
  const why = refusal === undefined ? 'a bug of ours, see the log' : `${refusal.code}: ${refusal.message}`;
  await openException(services, {
    provider,
    kind: 'fact_refused',
    subject: _id,
    occurredAt: occurredAt.getTime(),
    openedAt: now,
    message: `${kind} cannot be booked (${why})`,
    theirs: fact,
  });
}
