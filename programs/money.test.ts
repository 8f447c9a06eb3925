import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addMoney,
  compareMoney,
  formatMoney,
  isCurrency,
  money,
  multiplyMoney,
  negateMoney,
  scaleMoney,
  splitMoney,
  subtractMoney,
  sumMoney,
} from './money.ts';

const yuan = (amount: number) => money(amount, 'CNY');

describe('money', () => {
  it('adds, subtracts, negates, multiplies and compares whole minor units', () => {
    assert.deepEqual(addMoney(yuan(1), yuan(2)), yuan(3));
    assert.deepEqual(subtractMoney(yuan(1), yuan(2)), yuan(-1));
    assert.deepEqual(negateMoney(yuan(0)), yuan(0));
    assert.deepEqual(multiplyMoney(yuan(18), 3), yuan(54));
    assert.ok(compareMoney(yuan(1), yuan(2)) < 0);
    assert.deepEqual(sumMoney([yuan(1), yuan(2), yuan(3)], 'CNY'), yuan(6));
    assert.deepEqual(sumMoney([], 'JPY'), money(0, 'JPY'));
  });

  it('holds gifts above 2^31 fen (M1)', () => assert.equal(formatMoney(yuan(300_000_000_000)), 'CNY 3000000000.00'));

  it('refuses fractions, what is beyond safe integers, unknown and mixed currencies', () => {
    assert.throws(() => yuan(0.5), RangeError);
    assert.throws(() => yuan(Number.MAX_SAFE_INTEGER + 1), RangeError);
    assert.throws(() => addMoney(yuan(Number.MAX_SAFE_INTEGER), yuan(1)), RangeError);
    assert.throws(() => multiplyMoney(yuan(10), 0.5), RangeError);
    assert.throws(() => multiplyMoney(yuan(Number.MAX_SAFE_INTEGER), 2), RangeError);
    assert.throws(() => money(1, 'ABC'), RangeError);
    assert.throws(() => money(1, 'cny'), RangeError);
    assert.throws(() => addMoney(yuan(1), money(1, 'EUR')), TypeError);
    assert.throws(() => compareMoney(yuan(1), money(1, 'EUR')), TypeError);
    assert.equal(isCurrency('CNY'), true);
    assert.equal(isCurrency('__proto__'), false);
  });

  const formats: [number, string, string][] = [
    [300, 'CNY', 'CNY 3.00'],
    [-5, 'CNY', 'CNY -0.05'],
    [0, 'CNY', 'CNY 0.00'],
    [120, 'JPY', 'JPY 120'],
    [1234, 'KWD', 'KWD 1.234'],
  ];
  for (const [amount, currency, text] of formats) {
    it(`formats ${amount} ${currency} as ${text}`, () => assert.equal(formatMoney(money(amount, currency)), text));
  }

  const scales: [number, number, number, number][] = [
    [60, 60, 60, 60],
    [60, 61, 60, 61],
    [1, 1, 2, 1], // half up
    [1, 1, 3, 0],
    [-1, 1, 2, -1], // a credit mirrors the charge
    [5, 0, 60, 0],
    [Number.MAX_SAFE_INTEGER, 59, 60, 8_857_079_267_161_974], // no float on the way
  ];
  for (const [amount, numerator, denominator, expected] of scales) {
    it(`scales ${amount} by ${numerator}/${denominator} to ${expected}`, () =>
      assert.equal(scaleMoney(yuan(amount), numerator, denominator).amount, expected));
  }

  const splits: [number, number[], number[]][] = [
    [100, [1, 1, 1], [34, 33, 33]],
    [1, [1, 1], [1, 0]],
    [-100, [1, 1, 1], [-34, -33, -33]],
    [10, [0, 1], [0, 10]],
    [7, [5, 3, 2], [4, 2, 1]],
    [0, [1, 2], [0, 0]],
  ];
  for (const [total, weights, expected] of splits) {
    it(`splits ${total} by ${weights.join(':')} into ${expected.join(', ')}`, () =>
      assert.deepEqual(
        splitMoney(yuan(total), weights).map((part) => part.amount),
        expected,
      ));
  }

  it('loses nothing in a split, and no part is off by a whole unit', () => {
    const weights = fc
      .array(fc.nat({ max: 1_000_000_000 }), { minLength: 1, maxLength: 20 })
      .filter((list) => list.some((weight) => weight > 0));
    fc.assert(
      fc.property(fc.maxSafeInteger(), weights, (total, list) => {
        const parts = splitMoney(yuan(total), list);
        const sum = BigInt(list.reduce((so, weight) => so + weight, 0));
        assert.equal(
          parts.reduce((so, part) => so + BigInt(part.amount), 0n),
          BigInt(total),
        );
        parts.forEach((part, index) => {
          const off = BigInt(part.amount) * sum - BigInt(total) * BigInt(list[index] ?? 0);
          assert.ok(off < sum && off > -sum);
        });
      }),
    );
  });

  it('refuses to split by nothing or by less than nothing', () => {
    assert.throws(() => splitMoney(yuan(1), []), RangeError);
    assert.throws(() => splitMoney(yuan(1), [0, 0]), RangeError);
    assert.throws(() => splitMoney(yuan(1), [2, -1]), RangeError);
  });
});
