import type { Instant } from '../../programs/calendar.ts';
import { deterministicId } from '../database/ids.ts';
import type { Services } from '../services.ts';
import { longMoney } from './long-money.ts';
import type { ProviderName } from './payment-fact.ts';
import type { ExceptionKind, PaymentExceptionDocument } from './payment-models.ts';

export interface NewException {
  readonly provider: ProviderName;
  readonly kind: ExceptionKind;
  /** What it is about; with the kind it makes the id, so that finding it again adds nothing. */
  readonly subject: string;
  readonly occurredAt: Instant;
  /** Now. */
  readonly openedAt: Instant;
  readonly message: string;
  readonly ours?: object;
  readonly theirs?: object;
}

export function exceptionId({ provider, kind, subject }: Pick<NewException, 'provider' | 'kind' | 'subject'>): string {
  return deterministicId('exc', provider, kind, subject);
}

/**
 * Opens an exception unless it is known; one that had ended by itself and is so again is opened again, one that a person
 * ended is not. Answers whether it was opened.
 */
export async function openException({ models, log }: Services, found: NewException): Promise<boolean> {
  const { provider, kind, subject, message, ours, theirs } = found;
  const _id = exceptionId(found);
  const asFound = {
    state: 'open' as const,
    openedAt: new Date(found.openedAt),
    occurredAt: new Date(found.occurredAt),
    message,
    ...(ours === undefined ? {} : { ours: longMoney(ours) }),
    ...(theirs === undefined ? {} : { theirs: longMoney(theirs) }),
  };
  const { upsertedCount } = await models.paymentExceptions.updateOne(
    { _id },
    { $setOnInsert: { provider, kind, subject, ...asFound } },
    { upsert: true },
  );
  const opened = upsertedCount > 0 || (await reopen({ models }, _id, asFound));
  if (opened) log.warn({ exception: _id, kind, subject }, 'a payment exception was opened');
  return opened;
}

async function reopen({ models }: Pick<Services, 'models'>, _id: string, asFound: object): Promise<boolean> {
  const { modifiedCount } = await models.paymentExceptions.updateOne(
    { _id, state: 'resolved', 'resolution.how': 'mended_itself' },
    { $set: asFound, $unset: { resolution: '' } },
  );
  return modifiedCount > 0;
}

/** Ends the open exceptions of a kind that are over, one by one; answers how many. Safe to run twice. */
export async function mendWhatIsOver(
  services: Services,
  kind: ExceptionKind,
  isOver: (subject: string) => Promise<boolean>,
  ending: { readonly note: string; readonly now: Instant },
): Promise<number> {
  let mended = 0;
  for await (const { _id, subject } of services.models.paymentExceptions.find({ kind, state: 'open' }).cursor()) {
    if (await isOver(subject)) mended += await mendExceptions(services, [_id], ending);
  }
  return mended;
}

/** Ends exceptions that are no longer so; what a person resolved stays as it is. */
export async function mendExceptions(
  { models }: Services,
  ids: readonly string[],
  { note, now }: { readonly note: string; readonly now: Instant },
): Promise<number> {
  if (ids.length === 0) return 0;
  const resolution: PaymentExceptionDocument['resolution'] = {
    how: 'mended_itself',
    note,
    by: 'operator:jobs',
    at: new Date(now),
  };
  const { modifiedCount } = await models.paymentExceptions.updateMany(
    { _id: { $in: [...ids] }, state: 'open' },
    { $set: { state: 'resolved', resolution } },
  );
  return modifiedCount;
}
