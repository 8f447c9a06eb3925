import assert from 'node:assert/strict';
import fc from 'fast-check';
import { money, negateMoney, sumMoney, type Money } from '../money.ts';
import { productRef, products } from '../products/catalogue.ts';
import { checkSplit, premiumSplit, type PremiumSplit } from '../products/premium-splits.ts';
import { splitBy, splitPremium, type PremiumParts } from './split-premium.ts';

const yuan = (amount: number): Money => money(amount, 'CNY');
const partsOf = ({ carrier, commission, levies }: PremiumParts): Money[] => [
  carrier,
  commission,
  ...levies.map(({ amount }) => amount),
];

/** A published split never changes: corrections of old charges are split by it for years. Commission, then levies. */
const published: Record<string, string> = {
  'rider-day@1': '150 cisf:8',
  'driver-order@1': '50 cisf:8',
  'freight-order@1': '80 cisf:8',
  'hourly-work@1': '120 cisf:8',
};

describe('premium splits', () => {
  for (const product of products().map(productRef)) {
    it(`${product} is split as it was published`, () => {
      const split = premiumSplit(product);
      assert.deepEqual(checkSplit(split), []);
      const levies = split.levies.map(({ authority, perMille }) => `${authority}:${perMille}`);
      assert.equal([split.commissionPerMille, ...levies].join(' '), published[product]);
    });
  }

  const table: [total: number, product: string, carrier: number, commission: number, levy: number][] = [
    [300, 'rider-day@1', 253, 45, 2],
    [3_000_000, 'rider-day@1', 2_526_000, 450_000, 24_000],
    [1, 'driver-order@1', 1, 0, 0],
    [10, 'driver-order@1', 9, 1, 0],
    [18, 'freight-order@1', 16, 2, 0],
    [150, 'hourly-work@1', 131, 18, 1],
    [0, 'rider-day@1', 0, 0, 0],
    [-300, 'rider-day@1', -253, -45, -2],
  ];
  for (const [total, product, ...expected] of table) {
    it(`${total} of ${product}: ${expected.join(', ')}`, () =>
      assert.deepEqual(
        partsOf(splitPremium(yuan(total), product)).map(({ amount }) => amount),
        expected,
      ));
  }

  it('knows no split of a product that is not in the catalogue', () =>
    assert.throws(() => splitPremium(yuan(1), 'moon-day@1'), /no premium split/));

  const slips: [string, PremiumSplit][] = [
    ['whole', { commissionPerMille: 1.5, levies: [] }],
    ['whole', { commissionPerMille: -1, levies: [] }],
    ['left for the carrier', { commissionPerMille: 992, levies: [{ authority: 'cisf', perMille: 8 }] }],
    [
      'named once',
      {
        commissionPerMille: 0,
        levies: [
          { authority: 'cisf', perMille: 8 },
          { authority: 'cisf', perMille: 8 },
        ],
      },
    ],
  ];
  for (const [word, split] of slips) {
    it(`refuses to publish a slip: ${word}`, () => assert.match(checkSplit(split).join(' '), new RegExp(word)));
  }

  const anySplit = fc
    .record({ commissionPerMille: fc.nat({ max: 900 }), levy: fc.nat({ max: 99 }) })
    .map(({ commissionPerMille, levy }): PremiumSplit => {
      return { commissionPerMille, levies: [{ authority: 'cisf', perMille: levy }] };
    });

  it('loses no cent, and takes back exactly what it charged', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), anySplit, (amount, split) => {
        const parts = partsOf(splitBy(yuan(amount), split));
        assert.equal(sumMoney(parts, 'CNY').amount, amount === 0 ? 0 : amount);
        assert.deepEqual(partsOf(splitBy(negateMoney(yuan(amount)), split)), parts.map(negateMoney));
        assert.ok(parts.every((part) => part.amount === 0 || part.amount < 0 === amount < 0));
      }),
    );
  });

  it('gives each its share, off by less than a cent', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), anySplit, (amount, split) => {
        const { commission, levies } = splitBy(yuan(amount), split);
        const shares: [number, number][] = [[commission.amount, split.commissionPerMille]];
        levies.forEach((levy, at) => shares.push([levy.amount.amount, split.levies[at]?.perMille ?? 0]));
        for (const [part, perMille] of shares) assert.ok(Math.abs(part * 1000 - amount * perMille) < 1000);
      }),
    );
  });
});
