import type { Stripe } from 'stripe';
import type { Interval } from '../../../programs/calendar.ts';
import { addMoney, formatMoney, type Money } from '../../../programs/money.ts';
import type { Movement } from '../../../programs/payments/compare-movements.ts';
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

/** Balance transactions that Stripe made `within`, whether their money is there yet or not. */
export async function readStripeSettlements(stripe: Stripe, within: Interval): Promise<ProviderMovements> {
  return certainly(async () => {
    const facts: PaymentFact[] = [];
    const foreign: Movement[] = [];
    for await (const line of stripe.balanceTransactions.list({ created: secondsOf(within), limit: 100 })) {
      const read = settlementOf(line);
      if (read.is === 'settlement') facts.push(read.fact);
      if (read.is === 'unrecognised') {
        const amount = fromStripeAmount(line.amount, line.currency);
        if (amount !== undefined) {
          const note = `a balance transaction of the type ${line.type}`;
          foreign.push(movement('unrecognised', line.id, amount, line.created, note));
        }
      }
    }
    return { facts, foreign };
  });
}

/** Payments in, payouts, refunds and lost disputes that Stripe made `within`. */
export async function readStripeMovements(stripe: Stripe, within: Interval): Promise<ProviderMovements> {
  return certainly(async () => {
    const created = secondsOf(within);
    const sightings: Sighting[] = [];
    const foreign: Movement[] = [];
    for await (const session of stripe.checkout.sessions.list({ created, status: 'complete', limit: 100 })) {
      const seen = sightingOfSession(session, session.created * 1_000);
      if (seen !== undefined) sightings.push(seen);
    }
    for await (const payment of stripe.invoicePayments.list({ created, status: 'paid', limit: 100 })) {
      sightings.push(...(await sightingsOfInvoicePayment(stripe, payment)));
    }
    for await (const refund of stripe.refunds.list({ created, limit: 100 })) {
      sightings.push(...(await sightingsOfRefund(stripe, refund)));
    }
    for await (const dispute of stripe.disputes.list({ created, limit: 100 })) {
      sightings.push(...(await sightingsOfDispute(stripe, dispute, dispute.created * 1_000)));
    }
    for await (const transfer of stripe.transfers.list({ created, limit: 100 })) {
      const payout = payoutOfTransfer(transfer);
      const amount = fromStripeAmount(transfer.amount, transfer.currency);
      if (payout !== undefined) {
        sightings.push({ kind: 'payout', provider: 'stripe', ref: transfer.id, at: payout.createdAt, payout });
      } else if (amount !== undefined) {
        foreign.push(
          movement('payout', transfer.id, amount, transfer.created, 'a transfer that names no payout of ours'),
        );
      }
    }
    for await (const payment of stripe.v2.moneyManagement.outboundPayments.list({ created, limit: 100 })) {
      const seen = sightingsOfOutbound(payment);
      const amount = fromStripeAmount(payment.amount.value, payment.amount.currency);
      sightings.push(...seen);
      if (seen.length === 0 && amount !== undefined) {
        const note = 'an outbound payment that names no payout of ours';
        foreign.push(movement('payout', payment.id, amount, Date.parse(payment.created) / 1_000, note));
      }
    }
    return { facts: foldSightings(sightings).facts, foreign };
  });
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

function movement(what: Movement['what'], ref: string, amount: Money, createdSeconds: number, note: string): Movement {
  const key = `foreign:stripe:${ref}`;
  return { key, what, amount, at: createdSeconds * 1_000, ref, note: `${note} (${formatMoney(amount)})` };
}

function secondsOf({ from, to }: Interval): { gte: number; lt: number } {
  return { gte: Math.floor(from / 1_000), lt: Math.ceil(to / 1_000) };
}
