import { payoutReference } from '../../../programs/bank/bank-reference.ts';
import type { Instant } from '../../../programs/calendar.ts';
import { accountId } from '../../../programs/ledger/chart.ts';
import { money, type Money } from '../../../programs/money.ts';
import type { Clock } from '../../clock.ts';
import { toLong } from '../../database/longs.ts';
import type { Models } from '../../database/models.ts';
import { canonicalJson } from '../../http/canonical-json.ts';
import type { Secrets } from '../../people/secrets.ts';
import type { InvoiceAnswer, PaymentProvider, PayoutOrder, ProviderPayout, SendAnswer } from '../payment-port.ts';
import type { BankDemandDocument, BankOrderDocument, BankOrderState } from './bank-models.ts';
import { sealDestination } from './order-destination.ts';

/** The bank's name among our accounts: one account for each currency. */
const BANK = 'bank_file';

type BankServices = { readonly models: Models; readonly secrets: Secrets; readonly clock: Clock };

/**
 * Payment by file, for an office that has a bank and no payment provider. A payout becomes an order that waits for the next
 * payment file (`make-payment-file.ts`); an invoice or a top-up becomes a demand, which the payer names in the transfer's
 * text. What became of them is read from the bank's statement (`import-statement.ts`). All of it is a write of ours, so an
 * answer is never `unknown`, but for an order that clashes with one that is there.
 */
export function openBankFileProvider(services: BankServices): PaymentProvider {
  const { models } = services;
  return {
    name: 'bank_file',
    sandbox: false,
    cashAccount: (currency) => accountId('cash:*', currency, BANK),
    clearingAccount: (currency) => accountId('*:clearing', currency, BANK),
    sendPayout: (order) => queueOrder(services, order),
    async findPayouts(payoutId) {
      const orders = await models.bankOrders.find({ payoutId }).sort({ _id: 1 }).lean();
      return orders.map(providerPayout);
    },
    sendInvoice: (order) => demand(services, { kind: 'invoice', id: order.invoiceId, ...order }),
    async voidInvoice(invoiceId) {
      await models.bankDemands.updateOne({ _id: invoiceId }, { $set: { state: 'voided' } });
    },
    openTopUp: (order) => demand(services, { kind: 'top_up', id: order.topUpId, ...order }),
  };
}

/** Where money lies that arrived and names nothing we know. */
export const unidentifiedAccount = (currency: string): string => accountId('bank:*:unidentified', currency, BANK);

async function queueOrder({ models, secrets, clock }: BankServices, order: PayoutOrder): Promise<SendAnswer> {
  const { payoutId, attempt, idempotencyKey, amount, destination, statementText } = order;
  if (destination.kind !== 'bank_account') {
    return { outcome: 'refused', code: 'destination_not_supported', message: 'A bank pays to bank accounts only.' };
  }
  if ((await models.bankAccounts.exists({ _id: amount.currency })) === null) {
    const message = `There is no bank account of ours in ${amount.currency}: open one with bank open.`;
    return { outcome: 'try_again', code: 'bank_account_missing', message };
  }
  const sealed = await sealDestination({ models, secrets }, payoutId, destination);
  // Not refused: another sender of the same key may have been here before.
  if (sealed === undefined) return { outcome: 'unknown', message: 'The payee was erased after the key was made.' };
  const _id = payoutReference(payoutId, attempt);
  const now = new Date(clock.now());
  const content = secrets.sign('bank-order', canonicalJson([idempotencyKey, amount, destination]));
  const { upsertedCount } = await models.bankOrders.updateOne(
    { _id },
    {
      $setOnInsert: {
        payoutId,
        attempt,
        idempotencyKey,
        hash: content,
        amount: toLong(amount.amount),
        currency: amount.currency,
        ...sealed,
        statementText,
        state: 'queued',
        orderedAt: now,
        changedAt: now,
      },
    },
    { upsert: true },
  );
  if (upsertedCount > 0) return { outcome: 'sent', providerRef: _id, state: 'processing' };
  const stored = await models.bankOrders.findById(_id).lean();
  if (stored?.hash !== content) {
    // Not refused: the order that is there may be paid yet, and a refusal would set the next key free.
    return { outcome: 'unknown', message: `The order ${_id} was given before with other content.` };
  }
  if (stored.state === 'failed' || stored.state === 'canceled') {
    return {
      outcome: 'refused',
      code: stored.state,
      message: stored.message ?? `The order ${_id} was ${stored.state}.`,
    };
  }
  return { outcome: 'sent', providerRef: _id, state: isDone(stored.state) ? 'posted' : 'processing' };
}

const isDone = (state: BankOrderState): boolean => state === 'posted' || state === 'returned';

interface NewDemand {
  readonly kind: BankDemandDocument['kind'];
  readonly id: string;
  readonly platformId: string;
  readonly amount: Money;
  readonly idempotencyKey: string;
  readonly dueAt?: Instant;
}

/** Asks for money: whoever pays names the demand's id, which is all that a statement needs to say. */
async function demand(
  { models, clock }: BankServices,
  { kind, id, platformId, amount, idempotencyKey, dueAt }: NewDemand,
): Promise<InvoiceAnswer> {
  const { upsertedCount } = await models.bankDemands.updateOne(
    { _id: id },
    {
      $setOnInsert: {
        kind,
        platformId,
        amount: toLong(amount.amount),
        currency: amount.currency,
        idempotencyKey,
        state: 'open',
        ...(dueAt === undefined ? {} : { dueAt: new Date(dueAt) }),
        demandedAt: new Date(clock.now()),
      },
    },
    { upsert: true },
  );
  if (upsertedCount > 0) return { outcome: 'sent', providerRef: id };
  const stored = await models.bankDemands.findById(id).lean();
  if (stored?.amount !== amount.amount || stored.currency !== amount.currency) {
    return { outcome: 'refused', code: 'demand_reused', message: `${id} was demanded before with another amount.` };
  }
  return { outcome: 'sent', providerRef: id };
}

/** An order as a payout's port sees it. */
export function providerPayout(order: BankOrderDocument): ProviderPayout {
  const { _id, payoutId, attempt, state, amount, currency, orderedAt, message } = order;
  return {
    providerRef: _id,
    payoutId,
    attempt,
    state: state === 'queued' || state === 'in_file' ? 'processing' : state,
    amount: money(amount, currency),
    createdAt: orderedAt.getTime(),
    ...(message === undefined ? {} : { message }),
  };
}
