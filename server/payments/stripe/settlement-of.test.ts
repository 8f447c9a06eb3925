import assert from 'node:assert/strict';
import { settlementOf } from './settlement-of.ts';

type Line = Parameters<typeof settlementOf>[0];

const line = (type: Line['type'], amount: number, fee = 0, more: Partial<Line> = {}): Line => ({
  ...{ id: 'txn_1', object: 'balance_transaction', balance_type: 'payments', status: 'available', exchange_rate: null },
  ...{ available_on: 200, created: 100, currency: 'cny', description: null, fee_details: [], source: 'src_1' },
  ...{ type, amount, fee, net: amount - fee, reporting_category: type },
  ...more,
});

describe('settlementOf', () => {
  const table: readonly [what: string, line: Line, is: string, gross?: number, fee?: number][] = [
    ['a payment by card', line('charge', 1_000, 59), 'settlement', 1_000, 59],
    ['a payment by bank debit', line('payment', 1_000, 5), 'settlement', 1_000, 5],
    ['a refund', line('refund', -400), 'settlement', -400, 0],
    ['a refund that came back', line('refund_failure', 400), 'settlement', 400, 0],
    ['a bank debit that bounced', line('payment_failure_refund', -1_000), 'settlement', -1_000, 0],
    ['a dispute', line('adjustment', -1_000, 1_500, { reporting_category: 'dispute' }), 'settlement', -1_000, 1_500],
    ['a dispute by its source', line('adjustment', -1_000, 0, { source: 'du_1' }), 'settlement', -1_000, 0],
    ['a dispute won', line('adjustment', 1_000, 0, { reporting_category: 'dispute_reversal' }), 'settlement', 1_000, 0],
    ['a fee that stands alone', line('stripe_fee', -250), 'settlement', 0, 250],
    ['a fee given back', line('stripe_fee', 250), 'settlement', 0, -250],
    ['a transfer', line('transfer', -500), 'payout'],
    ['a transfer that came back', line('transfer_refund', 500), 'payout'],
    ['an outbound payment', line('payout', -500, 0, { source: 'obp_1' }), 'payout'],
    ['a sweep to our bank', line('payout', -500, 0, { source: 'po_1' }), 'sweep'],
    ['money of ours put in', line('topup', 500), 'sweep'],
    ['another adjustment', line('adjustment', -1), 'unrecognised'],
    ['something new', line('moon_tax', -1), 'unrecognised'],
    ['an amount that is not whole', line('charge', 501, 0, { currency: 'isk' }), 'unrecognised'],
  ];
  for (const [what, given, is, gross, fee] of table) {
    it(`${what}: ${is}`, () => {
      const read = settlementOf(given);
      assert.equal(read.is, is);
      if (read.is !== 'settlement') return;
      assert.deepEqual([read.fact.gross.amount, read.fact.fee.amount, read.fact.occurredAt], [gross, fee, 200_000]);
      assert.equal(read.fact.factId, 'stripe:txn_1:settled');
      assert.equal(read.fact.of, what.startsWith('a dispute') ? 'dispute' : 'payment');
    });
  }
});
