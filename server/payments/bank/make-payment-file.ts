import { hash } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import { paymentFileRows, type PaymentOrderLine } from '../../../programs/bank/payment-file.ts';
import { money, sumMoney, type Money } from '../../../programs/money.ts';
import { Refusal } from '../../../programs/refusal.ts';
import { actorName, type ActorOf } from '../../actor.ts';
import { toLong } from '../../database/longs.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { Services } from '../../services.ts';
import type { BankFileDocument, BankOrderDocument } from './bank-models.ts';

/** A bank's clerk must be able to look through a file, and a transaction must stay small. */
const ORDERS_MAX = 2_000;

export interface PaymentFileSummary {
  readonly orderCount: number;
  readonly total: Money;
}

/** What the next payment file would carry. */
export async function nextPaymentFile(services: Services, currency: string): Promise<PaymentFileSummary> {
  return summaryOf(await queued(services, currency), currency);
}

/**
 * Puts the waiting orders, oldest reference first, into a new payment file: file and orders change together, so an order is
 * in one file only, however many ask at once. Throws `conflict` / `nothing_to_pay`, `orders_taken` when another file took
 * some of them at the same moment.
 */
export async function makePaymentFile(
  services: Services,
  { actor, currency }: { readonly actor: ActorOf<'operator'>; readonly currency: string },
): Promise<BankFileDocument> {
  const now = new Date(services.clock.now());
  const { models, database } = services;
  const orders = await queued(services, currency);
  if (orders.length === 0) throw new Refusal('conflict', 'nothing_to_pay', `No payment in ${currency} is waiting.`);
  const fileId = services.ids.next('bnk');
  const { orderCount, total } = summaryOf(orders, currency);
  const file: BankFileDocument = {
    _id: fileId,
    currency,
    state: 'made',
    orderCount,
    total: total.amount,
    contentHash: hashOf(contentOf(services, fileId, currency, orders)),
    madeAt: now,
    madeBy: actorName(actor),
  };
  await inTransaction(database, async (session) => {
    const ids = orders.map(({ _id }) => _id);
    const { modifiedCount } = await models.bankOrders.updateMany(
      { _id: { $in: ids }, state: 'queued' },
      { $set: { state: 'in_file', fileId, changedAt: now } },
      { session },
    );
    if (modifiedCount !== ids.length) {
      throw new Refusal('conflict', 'orders_taken', 'Another payment file took some of these payments: make it again.');
    }
    await models.bankFiles.insertMany([{ ...file, total: toLong(file.total) }], { session, lean: true });
  });
  return file;
}

/**
 * The file as CSV, byte for byte as it was made. Throws `not_found` / `bank_file_not_found`, `conflict` / `bank_file_voided`.
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
  const content = contentOf(services, fileId, file.currency, orders);
  if (hashOf(content) !== file.contentHash) throw new Error(`${fileId} is no longer what was made: never send it.`);
  return { file, content };
}

/** Throws `not_found` / `bank_file_not_found`. */
export async function findPaymentFile({ models }: Services, fileId: string): Promise<BankFileDocument> {
  const file = await models.bankFiles.findById(fileId).lean();
  if (file === null) throw new Refusal('not_found', 'bank_file_not_found', `There is no payment file ${fileId}.`);
  return file;
}

const queued = ({ models }: Services, currency: string): Promise<BankOrderDocument[]> =>
  models.bankOrders.find({ currency, state: 'queued' }).sort({ _id: 1 }).limit(ORDERS_MAX).lean();

function summaryOf(orders: readonly BankOrderDocument[], currency: string): PaymentFileSummary {
  const amounts = orders.map(({ amount }) => money(amount, currency));
  return { orderCount: orders.length, total: sumMoney(amounts, currency) };
}

const hashOf = (content: string): string => hash('sha256', content, 'base64url');

function contentOf(services: Services, fileId: string, currency: string, orders: readonly BankOrderDocument[]): string {
  const lines = orders.map((order): PaymentOrderLine => {
    const { holder, bankCode, accountNumber, country } = destinationOf(services, order);
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

type Destination = Pick<PaymentOrderLine, 'holder' | 'bankCode' | 'accountNumber' | 'country'>;

function destinationOf({ secrets }: Services, { _id, destination }: BankOrderDocument): Destination {
  const parsed: unknown = JSON.parse(secrets.unwrap(destination));
  if (!isDestination(parsed)) throw new Error(`The destination of ${_id} cannot be read.`);
  return parsed;
}

function isDestination(value: unknown): value is Destination {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['holder', 'bankCode', 'accountNumber', 'country'].every(
      (field) => field in value && typeof Object.entries(value).find(([name]) => name === field)?.[1] === 'string',
    )
  );
}
