import type { Stripe } from 'stripe';
import { negateMoney, zeroMoney, type Money } from '../../../programs/money.ts';
import type { PaymentFact } from '../payment-fact.ts';
import { fromStripeAmount } from './stripe-amounts.ts';

/** What a line of Stripe's balance is to us. */
export type BalanceLine =
  | { readonly is: 'settlement'; readonly fact: PaymentFact & { readonly kind: 'payment_settled' } }
  /** Money that a payout of ours moved: told by the transfer itself. */
  | { readonly is: 'payout' }
  /** Money that went to or came from our own bank: a sweep, booked by a person. */
  | { readonly is: 'sweep'; readonly amount: Money; readonly ref: string }
  | { readonly is: 'unrecognised' };

/** Of payers: paid, given back, taken back. */
const PAYER: ReadonlySet<string> = new Set([
  'charge',
  'payment',
  'refund',
  'payment_refund',
  'refund_failure',
  'payment_failure_refund',
  'payment_reversal',
]);
const DISPUTES: ReadonlySet<string> = new Set(['dispute', 'dispute_reversal']);
/** Adjustments are of many kinds: those of disputes name one. */
const DISPUTE_ID = /^(du|dp)_/;
const FEES: ReadonlySet<string> = new Set(['stripe_fee', 'stripe_fx_fee', 'tax_fee']);
const PAYOUTS: ReadonlySet<string> = new Set(['transfer', 'transfer_cancel', 'transfer_failure', 'transfer_refund']);
const SWEEPS: ReadonlySet<string> = new Set(['payout', 'payout_cancel', 'payout_failure', 'topup', 'topup_reversal']);

/** Reads a balance transaction. Gross and fee stay apart; its money is there from `available_on`. */
export function settlementOf(line: Stripe.BalanceTransaction): BalanceLine {
  const source = typeof line.source === 'string' ? line.source : line.id;
  // An outbound payment is ours to tell, wherever its line stands.
  if (PAYOUTS.has(line.type) || source.startsWith('obp_')) return { is: 'payout' };
  const isFee = FEES.has(line.type);
  const isSweep = SWEEPS.has(line.type);
  const isDispute = DISPUTES.has(line.reporting_category) || DISPUTE_ID.test(source);
  if (!isFee && !isSweep && !isDispute && !PAYER.has(line.type)) return { is: 'unrecognised' };
  const amount = fromStripeAmount(line.amount, line.currency);
  const fee = fromStripeAmount(line.fee, line.currency);
  if (amount === undefined || fee === undefined) return { is: 'unrecognised' };
  if (isSweep) return { is: 'sweep', amount, ref: source };
  return {
    is: 'settlement',
    fact: {
      kind: 'payment_settled',
      provider: 'stripe',
      factId: `stripe:${line.id}:settled`,
      occurredAt: line.available_on * 1_000,
      providerRef: line.id,
      // A fee that stands alone is a negative amount.
      gross: isFee ? zeroMoney(amount.currency) : amount,
      fee: isFee ? negateMoney(amount) : fee,
      of: isDispute ? 'dispute' : 'payment',
    },
  };
}
