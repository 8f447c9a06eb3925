import assert from 'node:assert/strict';
import { addFigures, dayMismatch, NO_PREMIUM, type DayFigures } from './reconcile-premium.ts';

const day = (more: Partial<DayFigures> = {}): DayFigures => ({
  ...{ policyId: 'pol_1', productDay: '2026-03-02' },
  ...{ covers: 600, lines: 600, statements: 600, bordereau: 600, ledger: 600 },
  ...more,
});

describe('dayMismatch', () => {
  const table: [says: string, day: DayFigures, between: string | undefined][] = [
    ['five equal figures', day(), undefined],
    [
      'a day taken back whole',
      day({ covers: -600, lines: -600, statements: -600, bordereau: -600, ledger: -600 }),
      undefined,
    ],
    ['a cover that is charged nowhere', day({ covers: 900 }), 'covers lines'],
    ['lines that are not declared', day({ covers: 900, lines: 900 }), 'lines statements'],
    ['a statement that its lines contradict', day({ bordereau: 300, ledger: 300 }), 'statements bordereau'],
    ['a statement that is not booked', day({ ledger: 0 }), 'bordereau ledger'],
  ];
  for (const [says, figures, between] of table) {
    it(says, () => assert.equal(dayMismatch(figures)?.between.join(' '), between));
  }

  it('names the policy, the day and all figures', () =>
    assert.deepEqual(dayMismatch(day({ ledger: 599 })), {
      policyId: 'pol_1',
      productDay: '2026-03-02',
      between: ['bordereau', 'ledger'],
      figures: { covers: 600, lines: 600, statements: 600, bordereau: 600, ledger: 599 },
    }));

  it('adds up', () =>
    assert.deepEqual(addFigures(addFigures(NO_PREMIUM, day()), day({ ledger: 1 })), {
      ...{ covers: 1200, lines: 1200, statements: 1200, bordereau: 1200, ledger: 601 },
    }));
});
