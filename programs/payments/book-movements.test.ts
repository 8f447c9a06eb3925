import assert from 'node:assert/strict';
import { money } from '../money.ts';
import { settlementTransfers, sweepTransfers, unidentifiedTransfers } from './book-movements.ts';

const booking = { id: 'settlement:x:1', effectiveOn: '2026-03-01', refs: { factId: 'x' } };
const accounts = {
  ...{ cash: 'cash:stripe:CNY', clearing: 'stripe:clearing:CNY', disputed: 'stripe:disputed:CNY' },
  fees: 'provider:stripe:fees:CNY',
};
const cny = (amount: number) => money(amount, 'CNY');

describe('bookings of payments', () => {
  const settlements: readonly [
    what: string,
    gross: number,
    fee: number,
    booked: readonly string[],
    of?: 'payment' | 'dispute',
  ][] = [
    ['a payment', 1_000, 59, ['1000 clearing -> cash', '59 cash -> fees'], 'payment'],
    ['a payment of a fact that does not say so', 1_000, 59, ['1000 clearing -> cash', '59 cash -> fees']],
    ['a payment without a fee', 1_000, 0, ['1000 clearing -> cash']],
    ['a refund', -1_000, 0, ['1000 cash -> clearing']],
    ['a refund that gives the fee back', -1_000, -59, ['1000 cash -> clearing', '59 fees -> cash']],
    ['a dispute with its fee', -1_000, 1_500, ['1000 cash -> disputed', '1500 cash -> fees'], 'dispute'],
    ['a dispute that was won', 1_000, 0, ['1000 disputed -> cash'], 'dispute'],
    ['a fee alone', 0, 25, ['25 cash -> fees']],
    ['nothing', 0, 0, []],
  ];
  for (const [what, gross, fee, booked, of] of settlements) {
    it(`${what}: gross and fee apart`, () => {
      const short = (account: string) =>
        ['cash', 'clearing', 'disputed', 'fees'].find((word) => account.includes(word));
      const fact = { gross: cny(gross), fee: cny(fee), ...(of && { of }) };
      const transfers = settlementTransfers(booking, fact, accounts);
      assert.deepEqual(
        transfers.map(({ amount, credit, debit }) => `${amount} ${short(credit)} -> ${short(debit)}`),
        booked,
      );
      assert.equal(new Set(transfers.map(({ id }) => id)).size, transfers.length);
    });
  }

  it('a sweep and an unidentified receipt', () => {
    const [sweep] = sweepTransfers(booking, cny(7), { from: 'cash:stripe:CNY', to: 'cash:bank:CNY' });
    assert.deepEqual([sweep?.kind, sweep?.debit, sweep?.credit], ['cash_swept', 'cash:bank:CNY', 'cash:stripe:CNY']);
    const [arrived] = unidentifiedTransfers(booking, cny(7), {
      cash: 'cash:bank:CNY',
      unidentified: 'bank:b:unidentified:CNY',
    });
    assert.deepEqual([arrived?.kind, arrived?.debit], ['bank_received', 'cash:bank:CNY']);
  });
});
