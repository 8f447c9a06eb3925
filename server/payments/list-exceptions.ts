import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import type { ExceptionKind, PaymentExceptionDocument } from './payment-models.ts';

export interface ListExceptions {
  /** Our own books: operators alone. */
  readonly actor: ActorOf<'operator'>;
  readonly state?: PaymentExceptionDocument['state'] | undefined;
  readonly kind?: ExceptionKind | undefined;
  readonly limit: number;
  /** Goes on after this exception: when it was opened, and its id. */
  readonly after?: readonly [openedAt: number, id: string] | undefined;
}

/** Exceptions, newest first, one more than the limit when there are more; open ones unless asked otherwise. */
export async function listExceptions(
  { models }: Pick<Services, 'models'>,
  { state = 'open', kind, limit, after }: ListExceptions,
): Promise<readonly PaymentExceptionDocument[]> {
  const mine = { state, ...(kind !== undefined && { kind }) };
  const rest = after && [
    { ...mine, openedAt: new Date(after[0]), _id: { $lt: after[1] } },
    { ...mine, openedAt: { $lt: new Date(after[0]) } },
  ];
  return models.paymentExceptions
    .find(rest ? { $or: rest } : mine)
    .sort({ openedAt: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
}

/** Throws `not_found` / `exception_not_found`. */
export async function readException(
  { models }: Pick<Services, 'models'>,
  { exceptionId }: { readonly actor: ActorOf<'operator'>; readonly exceptionId: string },
): Promise<PaymentExceptionDocument> {
  const found = await models.paymentExceptions.findById(exceptionId).lean();
  if (found === null) throw new Refusal('not_found', 'exception_not_found', `There is no exception ${exceptionId}.`);
  return found;
}
