import assert from 'node:assert/strict';
import { formatMoney } from '../money.ts';
import { productRef, productTerms, products } from './catalogue.ts';
import { checkTerms } from './check-terms.ts';
import type { ProductTerms } from './product-terms.ts';
import { riderDay1 } from './rider-day.ts';

/** A published version never changes: a change is a new version with a line of its own. */
const fingerprints: Record<string, string> = {
  'rider-day@1': '5c4172f1',
  'driver-order@1': 'd6c4cb87',
  'freight-order@1': 'a51a9cb0',
  'hourly-work@1': '2a90e26f',
};

/** 32 bits of FNV-1a over the JSON: enough to notice a slip of the pen. */
function fingerprint(terms: ProductTerms): string {
  let hash = 0x811c9dc5;
  for (const letter of JSON.stringify(terms)) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16);
}

describe('the catalogue', () => {
  it('finds each version by its name and none by another', () => {
    assert.equal(productTerms('rider-day@1'), riderDay1);
    for (const terms of products()) assert.equal(productTerms(productRef(terms)), terms);
    assert.equal(productTerms('rider-day@2'), undefined);
    assert.equal(productTerms('constructor'), undefined);
  });

  it('has one version under each name', () =>
    assert.equal(new Set(products().map(productRef)).size, products().length));

  for (const terms of products()) {
    it(`${productRef(terms)} may be published, and is as it was published`, () => {
      assert.deepEqual(checkTerms(terms), []);
      assert.equal(fingerprint(terms), fingerprints[productRef(terms)]);
    });
  }

  it('charges and covers what the tariff says', () => {
    const tariff = products().map((terms) => [
      productRef(terms),
      formatMoney(terms.charge.amount),
      terms.charge.kind,
      terms.dayBoundary,
      terms.window.kind,
      terms.window.tailMinutes,
    ]);
    assert.deepEqual(tariff, [
      ['rider-day@1', 'CNY 3.00', 'per_day', '01:30', 'whole_day', 15],
      ['driver-order@1', 'CNY 0.01', 'per_order', '00:00', 'on_order', 15],
      ['freight-order@1', 'CNY 0.18', 'per_order', '00:00', 'on_order', 15],
      ['hourly-work@1', 'CNY 0.60', 'per_hour', '00:00', 'on_shift', 15],
    ]);
    assert.deepEqual(
      riderDay1.benefits.map(({ kind, limit }) => [kind, formatMoney(limit)]),
      [
        ['accidental_death', 'CNY 600000.00'],
        ['accidental_disability', 'CNY 600000.00'],
        ['medical_expense', 'CNY 50000.00'],
        ['hospital_cash', 'CNY 100.00'],
        ['third_party_injury', 'CNY 200000.00'],
      ],
    );
  });

  const slips: [string, ProductTerms][] = [
    ['productId', { ...riderDay1, productId: 'Rider Day' }],
    ['version', { ...riderDay1, version: 0 }],
    ['dayBoundary', { ...riderDay1, dayBoundary: '25:00' }],
    ['price', { ...riderDay1, charge: { kind: 'per_day', amount: { amount: 0, currency: 'CNY' } } }],
    ['currency', { ...riderDay1, currency: 'EUR' }],
    ['carried', { ...riderDay1, unitOfWork: 'order' }],
    ['bridges', { ...riderDay1, window: { kind: 'on_order', tailMinutes: 5, sessionGapMinutes: 10 } }],
    ['grades', { ...riderDay1, benefits: riderDay1.benefits.map((b) => ({ ...b, gradePercents: [50, 60] })) }],
    ['Chinese', { ...riderDay1, name: { en: 'Day', zh: 'Day' } }],
    ['ages', { ...riderDay1, ages: { from: 70, to: 16 } }],
  ];
  for (const [word, terms] of slips) {
    it(`refuses to publish a slip in ${word}`, () => assert.match(checkTerms(terms).join('\n'), new RegExp(word)));
  }
});
