import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromStripeAmount, toStripeAmount } from './stripe-amounts.ts';

describe('amounts of Stripe', () => {
  const table: readonly [currency: string, minor: number, charge: number | undefined, payout: number | undefined][] = [
    ['CNY', 12_345, 12_345, 12_345],
    ['CNY', 3_000_000_000, 3_000_000_000, 3_000_000_000],
    ['JPY', 120, 120, 120],
    // No minor unit in ISO 4217, two digits at Stripe.
    ['ISK', 5, 500, 500],
    ['UGX', 5, 500, 500],
    // Two digits in ISO 4217, none at Stripe.
    ['MGA', 500, 5, 5],
    ['MGA', 501, undefined, undefined],
    ['KWD', 1_230, 1_230, 1_230],
    ['KWD', 1_234, undefined, undefined],
    // Charged with two digits, paid out whole.
    ['HUF', 1_234, 1_234, undefined],
    ['TWD', 80_000, 80_000, 80_000],
    ['TWD', 80_045, 80_045, undefined],
  ];
  for (const [currency, amount, charge, payout] of table) {
    it(`${currency} ${amount}`, () => {
      assert.equal(toStripeAmount({ amount, currency }, 'charge')?.amount, charge);
      assert.equal(toStripeAmount({ amount, currency }, 'payout')?.amount, payout);
    });
  }

  it('comes back as it went', () => {
    const currencies = fc.constantFrom('CNY', 'USD', 'JPY', 'ISK', 'UGX', 'MGA', 'KWD', 'HUF', 'XOF');
    fc.assert(
      fc.property(currencies, fc.integer({ min: -1e12, max: 1e12 }), (currency, amount) => {
        const sent = toStripeAmount({ amount, currency }, 'charge');
        fc.pre(sent !== undefined);
        assert.deepEqual(fromStripeAmount(sent.amount, sent.currency), { amount: amount + 0, currency });
      }),
    );
  });

  for (const [amount, currency] of [
    [501, 'isk'],
    [1.5, 'cny'],
    [100, 'xyz'],
    [100, undefined],
    ['100', 'cny'],
  ] as const) {
    it(`is not guessed from ${amount} ${currency}`, () => assert.equal(fromStripeAmount(amount, currency), undefined));
  }
});
