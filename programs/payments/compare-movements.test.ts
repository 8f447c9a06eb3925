import assert from 'node:assert/strict';
import { compareMovements, type Movement } from './compare-movements.ts';

const within = { from: 100, to: 200 };
const movement = (key: string, amount: number, at: number): Movement => ({
  ...{ key, what: 'settlement', at, ref: key },
  amount: { amount, currency: 'CNY' },
});

describe('compareMovements', () => {
  const table: readonly [what: string, ours: Movement[], theirs: Movement[], found: string[]][] = [
    ['both have it', [movement('a', 5, 150)], [movement('a', 5, 150)], []],
    ['dated differently by the two', [movement('a', 5, 250)], [movement('a', 5, 150)], []],
    ['only they have it', [], [movement('a', 5, 100)], ['only_at_provider a']],
    ['only they have it, before', [], [movement('a', 5, 99)], []],
    ['only they have it, after', [], [movement('a', 5, 200)], []],
    ['only we have it', [movement('a', 5, 199)], [], ['only_in_books a']],
    ['only we have it, outside', [movement('a', 5, 200)], [], []],
    ['other amounts', [movement('a', 5, 250)], [movement('a', 6, 150)], ['amount_differs a']],
    ['other amounts, outside', [movement('a', 5, 250)], [movement('a', 6, 250)], []],
    [
      'several, by key',
      [movement('c', 1, 150), movement('b', 1, 150)],
      [movement('a', 1, 150), movement('b', 2, 150)],
      ['only_at_provider a', 'amount_differs b', 'only_in_books c'],
    ],
  ];
  for (const [what, ours, theirs, found] of table) {
    it(what, () => {
      assert.deepEqual(
        compareMovements(ours, theirs, within).map(({ kind, key }) => `${kind} ${key}`),
        found,
      );
    });
  }

  it('tells two currencies apart', () => {
    const foreign = { ...movement('a', 5, 150), amount: { amount: 5, currency: 'USD' } };
    assert.equal(compareMovements([movement('a', 5, 150)], [foreign], within).length, 1);
  });
});
