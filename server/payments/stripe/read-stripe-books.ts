import type { Stripe } from 'stripe';
import { dayMs, type Instant, type Interval } from '../../../programs/calendar.ts';
import { addMoney, type Money } from '../../../programs/money.ts';
import type { Movement } from '../../../programs/payments/compare-movements.ts';
import { sweepKey } from '../../../programs/payments/movement-keys.ts';
import { foldSightings, type Sighting } from '../../../programs/payments/fold-sightings.ts';
import type { PaymentFact } from '../payment-fact.ts';
import type { ProviderMovements } from '../readable-provider.ts';
import {
  sightingsOfDispute,
  sightingsOfInvoicePayment,
  sightingsOfOutbound,
  sightingsOfRefund,
} from './fetch-sightings.ts';
import { sightingOfSession } from './read-stripe-event.ts';
import { settlementOf } from './settlement-of.ts';
import { fromStripeAmount } from './stripe-amounts.ts';
import { certainly } from './stripe-answer.ts';
import { payoutOfTransfer } from './stripe-payouts.ts';

/** Stripe lists things by when they were begun: how long before, at most, what comes true `within` was begun. */
const LOOK_BACK_MS = {
  /** From a payment until its money is there. */
  settlements: 35 * dayMs,
  payouts: 10 * dayMs,
  /** Bank debits and vouchers take days. */
  sessions: 35 * dayMs,
  refunds: 35 * dayMs,
  /** From the day on which an invoice is sent, or a dispute opened. */
  invoicePayments: 120 * dayMs,
  disputes: 120 * dayMs,
} as const;

/** Balance transactions that Stripe made `within`, whether their money is there yet or not. */
export async function readStripeSettlements(stripe: Stripe, within: Interval): Promise<ProviderMovements> {
  return certainly(() => settlementsOf(stripe, createdIn(within, 0)));
}

/** Everything that Stripe says happened `within`, and some of what was begun before. */
export async function readStripeMovements(stripe: Stripe, within: Interval): Promise<ProviderMovements> {
  return certainly(async () => {
    const paid = await paymentsOf(stripe, within);
    const sent = await payoutsOf(stripe, createdIn(within, LOOK_BACK_MS.payouts));
    const settled = await settlementsOf(stripe, createdIn(within, LOOK_BACK_MS.settlements));
    return {
      facts: [...foldSightings([...paid, ...sent.sightings]).facts, ...settled.facts],
      foreign: [...sent.foreign, ...settled.foreign],
    };
  });
}

async function settlementsOf(stripe: Stripe, created: CreatedIn): Promise<ProviderMovements> {
  const facts: PaymentFact[] = [];
  const foreign: Movement[] = [];
  for await (const line of stripe.balanceTransactions.list({ created, limit: 100 })) {
    const read = settlementOf(line);
    const at = line.created * 1_000;
    if (read.is === 'settlement') facts.push(read.fact);
    if (read.is === 'sweep') {
      const { ref, amount } = read;
      foreign.push({ key: sweepKey('stripe', ref), what: 'sweep', amount, at, ref, note: `a ${line.type}` });
    }
    if (read.is === 'unrecognised') {
      const amount = fromStripeAmount(line.amount, line.currency);
      if (amount !== undefined)
        foreign.push(unrecognised(line.id, amount, at, `a balance line of the type ${line.type}`));
    }
  }
  return { facts, foreign };
}

async function paymentsOf(stripe: Stripe, within: Interval): Promise<readonly Sighting[]> {
  const sightings: Sighting[] = [];
  const limit = 100;
  const sessions = createdIn(within, LOOK_BACK_MS.sessions);
  for await (const session of stripe.checkout.sessions.list({ created: sessions, status: 'complete', limit })) {
    const seen = sightingOfSession(session, session.created * 1_000);
    if (seen !== undefined) sightings.push(seen);
  }
  const parts = createdIn(within, LOOK_BACK_MS.invoicePayments);
  for await (const payment of stripe.invoicePayments.list({ created: parts, status: 'paid', limit })) {
    sightings.push(...(await sightingsOfInvoicePayment(stripe, payment)));
  }
  for await (const refund of stripe.refunds.list({ created: createdIn(within, LOOK_BACK_MS.refunds), limit })) {
    sightings.push(...(await sightingsOfRefund(stripe, refund)));
  }
  for await (const dispute of stripe.disputes.list({ created: createdIn(within, LOOK_BACK_MS.disputes), limit })) {
    sightings.push(...(await sightingsOfDispute(stripe, dispute, dispute.created * 1_000)));
  }
  return sightings;
}

async function payoutsOf(stripe: Stripe, created: CreatedIn) {
  const sightings: Sighting[] = [];
  const foreign: Movement[] = [];
  for await (const transfer of stripe.transfers.list({ created, limit: 100 })) {
    const payout = payoutOfTransfer(transfer);
    const amount = fromStripeAmount(transfer.amount, transfer.currency);
    if (payout !== undefined) {
      sightings.push({ kind: 'payout', provider: 'stripe', ref: transfer.id, at: payout.createdAt, payout });
    } else if (amount !== undefined) {
      foreign.push(unrecognised(transfer.id, amount, transfer.created * 1_000, 'a transfer that names no payout'));
    }
  }
  for await (const payment of stripe.v2.moneyManagement.outboundPayments.list({ created, limit: 100 })) {
    const seen = sightingsOfOutbound(payment);
    sightings.push(...seen);
    const amount = fromStripeAmount(payment.amount.value, payment.amount.currency);
    if (seen.length === 0 && amount !== undefined) {
      const note = 'an outbound payment that names no payout';
      foreign.push(unrecognised(payment.id, amount, Date.parse(payment.created), note));
    }
  }
  return { sightings, foreign };
}

/** What Stripe holds for us and has settled, by currency: the balance of payments and the financial account. */
export async function readStripeBalances(
  stripe: Stripe,
  financialAccount: string | undefined,
): Promise<readonly Money[]> {
  return certainly(async () => {
    const byCurrency = new Map<string, Money>();
    const add = (amount: Money | undefined): void => {
      if (amount === undefined) return;
      const before = byCurrency.get(amount.currency);
      byCurrency.set(amount.currency, before === undefined ? amount : addMoney(before, amount));
    };
    const { available } = await stripe.balance.retrieve();
    for (const { amount, currency } of available) add(fromStripeAmount(amount, currency));
    if (financialAccount !== undefined) {
      const { balance } = await stripe.v2.moneyManagement.financialAccounts.retrieve(financialAccount);
      for (const { value, currency } of Object.values(balance.available)) add(fromStripeAmount(value, currency));
    }
    return [...byCurrency.values()];
  });
}

function unrecognised(ref: string, amount: Money, at: Instant, note: string): Movement {
  return { key: `unrecognised:stripe:${ref}`, what: 'unrecognised', amount, at, ref, note };
}

interface CreatedIn {
  readonly gte: number;
  readonly lt: number;
}

function createdIn({ from, to }: Interval, lookBackMs: number): CreatedIn {
  return { gte: Math.floor((from - lookBackMs) / 1_000), lt: Math.ceil(to / 1_000) };
}
