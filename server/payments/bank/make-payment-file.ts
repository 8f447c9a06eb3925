import { stringify } from 'csv-stringify/sync';
import { paymentFileRows, type PaymentOrderLine } from '../../../programs/bank/payment-file.ts';
import { money, sumMoney, type Money } from '../../../programs/money.ts';
import { Refusal } from '../../../programs/refusal.ts';
import { actorName, type ActorOf } from '../../actor.ts';
import { toLong } from '../../database/longs.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { Services } from '../../services.ts';
import type { BankFileDocument, BankOrderDocument } from './bank-models.ts';
import { failErasedOrders } from './end-orders.ts';
import { findPaymentFile } from './find-payment-file.ts';
import { openDestinations, type Destination } from './order-destination.ts';

/** A bank's clerk must be able to look through a file, and a transaction must stay small. */
const ORDERS_MAX = 2_000;

export interface PaymentFileSummary {
  readonly orderCount: number;
  readonly total: Money;
}

/** `erased`: orders whose payee was erased; they fail when the file is made. */
export type NextPaymentFile = PaymentFileSummary & { readonly erased: number };

/** What the next payment file would carry. */
export async function nextPaymentFile(services: Services, currency: string): Promise<NextPaymentFile> {
  const { payable, erased } = await waiting(services, currency);
  return { ...summaryOf(payable, currency), erased: erased.length };
}

/**
 * Puts the waiting orders, oldest reference first, into a new payment file: file and orders change together, so an order is
 * in one file only, however many ask at once. Orders whose payee was erased can be sent nowhere: they fail instead. Throws
 * `conflict` / `nothing_to_pay`, `orders_taken` when another file took some of them at the same moment, or an erasure did.
 */
export async function makePaymentFile(
  services: Services,
  { actor, currency }: { readonly actor: ActorOf<'operator'>; readonly currency: string },
): Promise<BankFileDocument> {
  const now = new Date(services.clock.now());
  const { models, database } = services;
  const { payable: orders, erased } = await waiting(services, currency);
  await failErasedOrders(services, erased);
  if (orders.length === 0) throw new Refusal('conflict', 'nothing_to_pay', `No payment in ${currency} is waiting.`);
  const fileId = services.ids.next('bnk');
  const { orderCount, total } = summaryOf(orders, currency);
  const file: BankFileDocument = {
    _id: fileId,
    currency,
    state: 'made',
    orderCount,
    total: total.amount,
    contentHash: hashOf(services, contentOf(fileId, currency, orders)),
    madeAt: now,
    madeBy: actorName(actor),
  };
  await inTransaction(database, async (session) => {
    const ids = orders.map(({ order }) => order._id);
    const { modifiedCount } = await models.bankOrders.updateMany(
      { _id: { $in: ids }, state: 'queued', destination: { $ne: '' } },
      { $set: { state: 'in_file', fileId, changedAt: now } },
      { session },
    );
    if (modifiedCount !== ids.length) {
      throw new Refusal('conflict', 'orders_taken', 'Some of these payments wait no more: make it again.');
    }
    await models.bankFiles.insertMany([{ ...file, total: toLong(file.total) }], { session, lean: true });
  });
  return file;
}

/**
 * The file as CSV, byte for byte as it was made. Throws `not_found` / `bank_file_not_found`, `conflict` / `bank_file_voided`,
 * `bank_file_payee_erased` when a payee of it was: a file without them would not be the one that was made.
 */
export async function readPaymentFile(
  services: Services,
  fileId: string,
): Promise<{ readonly file: BankFileDocument; readonly content: string }> {
  const file = await findPaymentFile(services, fileId);
  if (file.state === 'voided') {
    throw new Refusal('conflict', 'bank_file_voided', `${fileId} was voided: its payments must not go to the bank.`);
  }
  const orders = await services.models.bankOrders.find({ fileId }).sort({ _id: 1 }).lean();
  const { payable, erased } = await opened(services, orders);
  if (erased.length > 0) {
    const message = `A payee of ${fileId} was erased, and the account with them: it can be read no more.`;
    throw new Refusal('conflict', 'bank_file_payee_erased', message);
  }
  const content = contentOf(fileId, file.currency, payable);
  if (hashOf(services, content) !== file.contentHash)
    throw new Error(`${fileId} is no longer what was made: never send it.`);
  return { file, content };
}

/** An order with where it is paid. */
interface PayableOrder {
  readonly order: BankOrderDocument;
  readonly to: Destination;
}

interface OpenedOrders {
  readonly payable: readonly PayableOrder[];
  readonly erased: readonly BankOrderDocument[];
}

async function waiting(services: Services, currency: string): Promise<OpenedOrders> {
  const queued = { currency, state: 'queued' } as const;
  return opened(services, await services.models.bankOrders.find(queued).sort({ _id: 1 }).limit(ORDERS_MAX).lean());
}

async function opened(services: Services, orders: readonly BankOrderDocument[]): Promise<OpenedOrders> {
  const destinations = await openDestinations(services, orders);
  return {
    payable: orders.flatMap((order) => {
      const to = destinations.get(order._id);
      return to === undefined ? [] : [{ order, to }];
    }),
    erased: orders.filter(({ _id }) => !destinations.has(_id)),
  };
}

function summaryOf(orders: readonly PayableOrder[], currency: string): PaymentFileSummary {
  const amounts = orders.map(({ order }) => money(order.amount, currency));
  return { orderCount: orders.length, total: sumMoney(amounts, currency) };
}

/** Keyed: when a payee was erased, the rest of the file must not let anybody guess the account. */
const hashOf = ({ secrets }: Services, content: string): string => secrets.sign('bank-file', content);

function contentOf(fileId: string, currency: string, orders: readonly PayableOrder[]): string {
  const lines = orders.map(({ order, to }): PaymentOrderLine => {
    const { holder, bankCode, accountNumber, country } = to;
    const amount = money(order.amount, currency);
    const statementText = `${order.statementText} ${order._id}`.trim();
    return { reference: order._id, amount, holder, bankCode, accountNumber, country, statementText };
  });
  // A clerk opens it in a spreadsheet, and a payee's name must not become a formula there.
  return stringify(paymentFileRows({ fileId, currency, lines }), {
    escape_formulas: true,
    record_delimiter: 'windows',
  });
}
