import { hash } from 'node:crypto';
import type { Stripe } from 'stripe';
import { formatMoney } from '../../../programs/money.ts';
import type { PayeeDestination, PayoutOrder, ProviderPayout, SendAnswer } from '../payment-port.ts';
import type { SentLog } from './sent-log.ts';
import { fromStripeAmount, toStripeAmount, type StripeAmount } from './stripe-amounts.ts';
import { answerOfFailure, certainly } from './stripe-answer.ts';

export interface PayoutMeans {
  readonly sentLog: SentLog;
  /** The financial account that outbound payments are drawn from; undefined when Stripe keeps none for us. */
  readonly financialAccountOf: () => Promise<string | undefined>;
}

/**
 * Sends one attempt: to a connected account by a transfer (v1), to a bank account or wallet by an outbound payment (v2).
 * `sentLog` is told before the call, so that `findStripePayouts` knows where to look whatever becomes of it.
 */
export async function sendStripePayout(
  stripe: Stripe,
  order: PayoutOrder,
  { sentLog, financialAccountOf }: PayoutMeans,
): Promise<SendAnswer> {
  const amount = toStripeAmount(order.amount, 'payout');
  if (amount === undefined) {
    const message = `Stripe cannot pay out exactly ${formatMoney(order.amount)}.`;
    return { outcome: 'refused', code: 'amount_not_payable', message };
  }
  const { destination } = order;
  if (destination.kind === 'connected_account') return sendTransfer(stripe, order, destination.accountId, amount);

  let from: string | undefined;
  let to: { recipient: string; payout_method: string };
  try {
    from = await financialAccountOf();
    if (from === undefined) {
      const message = 'Stripe keeps no open financial account for us, and payouts to bank accounts are drawn from one.';
      return { outcome: 'try_again', code: 'no_financial_account', message };
    }
    to = await payoutMethodOf(stripe, destination, amount.currency);
  } catch (error) {
    // No money moves before the last call: what is uncertain here is merely not done yet.
    const answer = answerOfFailure(error);
    if (answer.outcome === 'unknown') return { ...answer, outcome: 'try_again', code: 'preparation_unknown' };
    // Of an earlier call under this key, which may have come further, a refusal here says nothing.
    const { outcome, message } = answer;
    return outcome === 'refused' && (await sentLog.mayHaveSent(order)) ? { outcome: 'unknown', message } : answer;
  }
  await sentLog.note(order, to.recipient);
  try {
    const payment = await stripe.v2.moneyManagement.outboundPayments.create(
      {
        from: { financial_account: from, currency: amount.currency },
        to: { ...to, currency: amount.currency },
        amount: { value: amount.amount, currency: amount.currency },
        metadata: metadataOf(order),
        statement_descriptor: statementText(order.statementText),
      },
      { idempotencyKey: order.idempotencyKey },
    );
    return answerOfPayment(payment);
  } catch (error) {
    return answerOfFailure(error);
  }
}

/** All that Stripe has of a payout. Throws `unavailable` / `provider_unavailable` when that cannot be told. */
export async function findStripePayouts(
  stripe: Stripe,
  payoutId: string,
  sentLog: SentLog,
): Promise<readonly ProviderPayout[]> {
  const found: ProviderPayout[] = [];
  await certainly(async () => {
    for await (const transfer of stripe.transfers.list({ transfer_group: payoutId, limit: 100 })) {
      const payout = payoutOfTransfer(transfer);
      if (payout !== undefined) found.push(payout);
    }
    for (const recipient of await sentLog.recipientsOf(payoutId)) {
      for await (const payment of stripe.v2.moneyManagement.outboundPayments.list({ recipient, limit: 100 })) {
        const payout = payoutOfPayment(payment);
        if (payout?.payoutId === payoutId) found.push(payout);
      }
    }
  });
  return found.sort((a, b) => a.attempt - b.attempt || a.createdAt - b.createdAt);
}

/** A transfer as a payout of ours; undefined for one that we did not make. A connected account has its money at once. */
export function payoutOfTransfer(transfer: Stripe.Transfer): ProviderPayout | undefined {
  const payoutId = transfer.metadata['payoutId'];
  const amount = fromStripeAmount(transfer.amount, transfer.currency);
  if (payoutId === undefined || amount === undefined) return undefined;
  return {
    providerRef: transfer.id,
    payoutId,
    attempt: Number(transfer.metadata['attempt'] ?? 1),
    state: transfer.reversed ? 'returned' : 'posted',
    amount,
    createdAt: transfer.created * 1_000,
    ...(transfer.reversed ? { code: 'reversed', message: 'The transfer was reversed.' } : {}),
  };
}

/** An outbound payment as a payout of ours; undefined for one that we did not make. */
export function payoutOfPayment(payment: Stripe.V2.MoneyManagement.OutboundPayment): ProviderPayout | undefined {
  const payoutId = payment.metadata?.['payoutId'];
  const amount = fromStripeAmount(payment.amount.value, payment.amount.currency);
  if (payoutId === undefined || amount === undefined) return undefined;
  const code = payment.status_details?.failed?.reason ?? payment.status_details?.returned?.reason;
  return {
    providerRef: payment.id,
    payoutId,
    attempt: Number(payment.metadata?.['attempt'] ?? 1),
    state: payment.status,
    amount,
    createdAt: Date.parse(payment.created),
    ...(code === undefined ? {} : { code, message: `Stripe says: ${code.replaceAll('_', ' ')}.` }),
  };
}

async function sendTransfer(
  stripe: Stripe,
  order: PayoutOrder,
  destination: string,
  amount: StripeAmount,
): Promise<SendAnswer> {
  try {
    const { id } = await stripe.transfers.create(
      { ...amount, destination, transfer_group: order.payoutId, metadata: metadataOf(order) },
      { idempotencyKey: order.idempotencyKey },
    );
    return { outcome: 'sent', providerRef: id, state: 'posted' };
  } catch (error) {
    return answerOfFailure(error);
  }
}

/**
 * The recipient and payout method for a destination, made when they are not there yet: their idempotency keys are made of
 * the destination, so that the same account is set up once (in the 30 days for which v2 remembers keys) and never pays twice.
 */
async function payoutMethodOf(
  stripe: Stripe,
  destination: Exclude<PayeeDestination, { kind: 'connected_account' }>,
  currency: string,
): Promise<{ recipient: string; payout_method: string }> {
  const key = hash('sha256', JSON.stringify([destination, currency]), 'hex').slice(0, 40);
  const account = bankAccountOf(destination);
  const { id: recipient } = await stripe.v2.core.accounts.create(
    {
      ...(destination.kind === 'bank_account' ? { display_name: destination.holder } : {}),
      identity: { country: account.country, entity_type: 'individual' },
      configuration: { recipient: { capabilities: { bank_accounts: { local: { requested: true } } } } },
      metadata: { purpose: 'payout' },
    },
    { idempotencyKey: `recipient:${key}` },
  );
  const { payout_method: method } = await stripe.v2.moneyManagement.outboundSetupIntents.create(
    {
      usage_intent: 'payment',
      payout_method_data: { type: 'bank_account', bank_account: { ...account, currency } },
    },
    { idempotencyKey: `method:${key}`, stripeContext: recipient },
  );
  if (method === undefined) throw new Error(`Stripe set up ${recipient} without a payout method.`);
  return { recipient, payout_method: method.id };
}

/** A wallet is addressed as an account at its scheme; where Stripe does not serve the scheme, it refuses. */
function bankAccountOf(destination: Exclude<PayeeDestination, { kind: 'connected_account' }>) {
  return destination.kind === 'bank_account'
    ? {
        country: destination.country.toLowerCase(),
        routing_number: destination.bankCode,
        account_number: destination.accountNumber,
      }
    : { country: 'cn', routing_number: destination.scheme, account_number: destination.handle };
}

/** Failed at once is a refusal: nothing moved, and nothing will under this key. */
function answerOfPayment({ id, status, status_details }: Stripe.V2.MoneyManagement.OutboundPayment): SendAnswer {
  switch (status) {
    case 'processing':
      return { outcome: 'sent', providerRef: id, state: 'processing' };
    case 'posted':
    case 'returned': // It was sent; that it came back is told by its event.
      return { outcome: 'sent', providerRef: id, state: 'posted' };
    case 'failed':
    case 'canceled': {
      const code = status_details?.failed?.reason ?? status;
      return { outcome: 'refused', code, message: `Stripe made ${id} and gave it up (${code}).` };
    }
  }
}

function metadataOf({ payoutId, attempt }: PayoutOrder): { payoutId: string; attempt: string } {
  return { payoutId, attempt: String(attempt) };
}

/** Stripe takes 3 to 22 characters of a plain alphabet. */
function statementText(text: string): string {
  const plain = text
    .replace(/[^A-Za-z0-9 .-]/g, ' ')
    .replace(/ +/g, ' ')
    .trim()
    .slice(0, 22)
    .trim();
  return plain.length < 3 ? 'PARASOL' : plain;
}
