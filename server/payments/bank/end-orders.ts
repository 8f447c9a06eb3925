import type { Instant } from '../../../programs/calendar.ts';
import { Refusal } from '../../../programs/refusal.ts';
import { actorName, type ActorOf } from '../../actor.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { Services } from '../../services.ts';
import type { PaymentFact } from '../payment-fact.ts';
import { exceptionId } from '../exceptions.ts';
import { recordFacts } from '../record-facts.ts';
import { providerPayout } from './bank-file-provider.ts';
import type { BankFileDocument, BankOrderDocument } from './bank-models.ts';
import { findPaymentFile } from './find-payment-file.ts';

/**
 * Voids a payment file that the bank never got: a person says so, and is written down with the reason. Its orders are
 * canceled, which is certain from then on: the file cannot be read any more; those that the bank refused stay failed. Throws
 * `bank_file_not_found`, `conflict` / `bank_file_executed` when the bank has booked any of it, also what came back.
 */
export async function voidPaymentFile(
  services: Services,
  { actor, fileId, why }: { readonly actor: ActorOf<'operator'>; readonly fileId: string; readonly why: string },
): Promise<BankFileDocument> {
  const now = services.clock.now();
  const { models, database } = services;
  const file = await findPaymentFile(services, fileId);
  const voided = file.voided ?? { at: new Date(now), by: actorName(actor), why };
  if (file.state === 'made') {
    await inTransaction(database, async (session) => {
      // All are written, and first: a statement that books one meanwhile writes it too, and one of the two begins anew.
      const changedAt = new Date(now);
      await models.bankOrders.updateMany({ fileId, state: 'failed' }, { $set: { changedAt } }, { session });
      await models.bankOrders.updateMany(
        { fileId, state: 'in_file' },
        { $set: { state: 'canceled', message: why, changedAt } },
        { session },
      );
      const booked = await models.bankOrders
        .exists({ fileId, state: { $in: ['posted', 'returned'] } })
        .session(session);
      if (booked !== null) {
        const message = `The bank has booked payments of ${fileId}: it cannot be voided.`;
        throw new Refusal('conflict', 'bank_file_executed', message);
      }
      const differing = await models.bankOrders
        .find({ fileId, differsRef: { $exists: true } }, null, { session })
        .lean();
      for (const order of differing) await mustBeExplained(services, order, 'bank_file_executed');
      await models.bankFiles.updateOne(
        { _id: fileId, state: 'made' },
        { $set: { state: 'voided', voided } },
        { session },
      );
    });
  }
  // Also when it was voided before: a crash may have come between.
  await tellEnded(services, await models.bankOrders.find({ fileId }).lean(), now);
  return { ...file, state: 'voided', voided };
}

/**
 * The bank refused one order before it moved any money. Throws `not_found` / `bank_order_not_found`, `conflict` /
 * `bank_order_executed` when it is booked already.
 */
export async function failOrder(
  services: Services,
  { reference, why }: { readonly reference: string; readonly why: string },
): Promise<BankOrderDocument> {
  const now = services.clock.now();
  const { models } = services;
  const asked = await models.bankOrders.findById(reference).lean();
  if (asked !== null) await mustBeExplained(services, asked, 'bank_order_executed');
  await models.bankOrders.updateOne(
    { _id: reference, state: 'in_file', differsRef: asked?.differsRef ?? null },
    { $set: { state: 'failed', message: why, changedAt: new Date(now) } },
  );
  const order = await models.bankOrders.findById(reference).lean();
  if (order === null) {
    throw new Refusal('not_found', 'bank_order_not_found', `There is no payment order ${reference}.`);
  }
  if (order.state !== 'failed') {
    throw new Refusal('conflict', 'bank_order_executed', `${reference} is ${order.state}: it cannot fail any more.`);
  }
  await tellEnded(services, [order], now);
  return order;
}

/** Money that the bank moved for an order, if of another amount, has left: a person must have said what became of it. */
async function mustBeExplained(
  { models }: Services,
  { _id, currency, differsRef }: BankOrderDocument,
  code: 'bank_file_executed' | 'bank_order_executed',
): Promise<void> {
  if (differsRef === undefined) return;
  const subject = `${currency}:${differsRef}`;
  const exception = exceptionId({ provider: 'bank_file', kind: 'amount_differs', subject });
  if ((await models.paymentExceptions.exists({ _id: exception, state: 'resolved' })) !== null) return;
  const message = `The bank moved another amount for ${_id} (movement ${differsRef}): resolve the exception ${exception} first.`;
  throw new Refusal('conflict', code, message);
}

/** Ends orders that wait for a payment file and can be sent nowhere, because their payee was erased. */
export async function failErasedOrders(services: Services, orders: readonly BankOrderDocument[]): Promise<void> {
  if (orders.length === 0) return;
  const now = services.clock.now();
  const { bankOrders } = services.models;
  const ids = { _id: { $in: orders.map(({ _id }) => _id) } };
  const message = 'The payee was erased before the payment went to the bank.';
  await bankOrders.updateMany(
    { ...ids, state: 'queued' },
    { $set: { state: 'failed', message, changedAt: new Date(now) } },
  );
  await tellEnded(services, await bankOrders.find({ ...ids, state: 'failed' }).lean(), now);
}

/** Tells the payouts that their orders moved no money and never will. */
async function tellEnded(services: Services, orders: readonly BankOrderDocument[], now: Instant): Promise<void> {
  const facts = orders.map((order): PaymentFact => ({
    kind: 'payout_changed',
    provider: 'bank_file',
    factId: `bank_file:${order._id}:${order.state}`,
    occurredAt: order.changedAt.getTime(),
    providerRef: order._id,
    payout: providerPayout(order),
  }));
  await recordFacts(services, facts, { source: 'bank_statement', now });
}
