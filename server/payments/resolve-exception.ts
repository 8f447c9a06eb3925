import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Services } from '../services.ts';
import { applyClaimed, claimFact } from './apply-due-facts.ts';
import { readException } from './list-exceptions.ts';
import type { PaymentExceptionDocument, Resolution } from './payment-models.ts';

export interface ResolveException {
  readonly actor: ActorOf<'operator'>;
  readonly exceptionId: string;
  readonly how: Resolution;
  /** What was found out and done. */
  readonly note: string;
}

/**
 * A person ends an exception; the same again is the same. What the provider told is then never booked by itself any more,
 * unless `try_anew` books it now, as a decision of its own (M2). Throws `exception_not_found`, `exception_resolved`,
 * `exception_has_no_fact`, `fact_still_refused`.
 */
export async function resolveException(services: Services, input: ResolveException): Promise<PaymentExceptionDocument> {
  const now = services.clock.now();
  const exception = await readException(services, input);
  const { how, note } = input;
  const by = actorName(input.actor);
  if (exception.state === 'resolved') {
    const { resolution } = exception;
    if (resolution?.how === how && resolution.note === note && resolution.by === by) return exception;
    throw new Refusal('conflict', 'exception_resolved', `${exception._id} was resolved by ${resolution?.by}.`);
  }
  if (how === 'try_anew') await tryAnew(services, exception, now);
  await inTransaction(services.database, async (session) => {
    await services.models.paymentExceptions.updateOne(
      { _id: exception._id, state: 'open' },
      { $set: { state: 'resolved', resolution: { how, note, by, at: new Date(now) } } },
      { session },
    );
    if (exception.kind !== 'fact_refused' || how === 'try_anew') return;
    // In the same transaction: else a crash between the two would book it once more than the person did.
    const { matchedCount } = await services.models.paymentFacts.updateOne(
      { _id: exception.subject, state: 'due', claimedUntil: { $not: { $gt: new Date(now) } } },
      { $set: { state: 'dropped' } },
      { session },
    );
    if (matchedCount === 0) throw beingBooked(exception.subject);
  });
  return readException(services, input);
}

const beingBooked = (factId: string): Refusal =>
  new Refusal('conflict', 'fact_still_refused', `${factId} is being booked at this moment, or was: look again.`);

async function tryAnew(services: Services, { kind, subject }: PaymentExceptionDocument, now: Instant): Promise<void> {
  const waits =
    kind === 'fact_refused' && (await services.models.paymentFacts.exists({ _id: subject, state: 'due' })) !== null;
  if (!waits)
    throw new Refusal('conflict', 'exception_has_no_fact', 'Nothing waits to be booked behind this exception.');
  const fact = await claimFact(services, subject, { change: { $inc: { decision: 1 } } });
  if (fact === undefined) throw beingBooked(subject);
  if (await applyClaimed(services, fact, now)) return;
  throw new Refusal('conflict', 'fact_still_refused', `${subject} cannot be booked yet: the exception stays open.`);
}
