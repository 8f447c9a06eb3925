import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FoldedCover } from './cover-facts.ts';
import { statementLines, type IssuedLine } from './statement-lines.ts';

interface Charge {
  readonly id?: string;
  readonly amount: number;
  readonly quantity?: number;
  readonly live?: boolean;
  readonly currency?: string;
  readonly eventIds?: readonly string[];
  readonly contradictions?: FoldedCover['contradictions'];
}

function cover({ id = 'cov_1', amount, quantity = 1, live = true, currency = 'CNY', ...rest }: Charge): FoldedCover {
  const { eventIds = ['e1'], contradictions = [] } = rest;
  return {
    terms: {
      coverId: id,
      policyId: 'pol_1',
      workerId: `wrk_${id}`,
      productDay: '2026-03-01',
      policyRevision: 1,
      product: 'rider-day@1',
      timeZone: 'UTC',
      backFilling: false,
      openedByEventId: 'opened',
      openedAt: 0,
    },
    live,
    shifts: eventIds.map((eventId) => ({
      shiftId: eventId,
      productDay: '2026-03-01',
      startedAt: 0,
      effectiveAt: 0,
      endedAt: 1,
      protectedUntil: 2,
      end: 'reported',
      charged: true,
      eventIds: [eventId, 'e1'],
    })),
    windows: [],
    charge: { amount, currency, final: true },
    quantity,
    contradictions,
  };
}

const line = (coverId: string, revision: number, amount: number, quantity = 1, currency = 'CNY'): IssuedLine => ({
  coverId,
  revision,
  amount,
  quantity,
  currency,
});

describe('statementLines', () => {
  const rows: readonly [string, Charge, readonly IssuedLine[], string][] = [
    ['a day, first close', { amount: 300 }, [], 'charge 1 300 x1'],
    ['a day, closed again', { amount: 300 }, [line('cov_1', 1, 300)], 'none'],
    [
      'a day, voided by a late cancellation',
      { amount: 300, live: false },
      [line('cov_1', 1, 300)],
      'credit 2 -300 x-1',
    ],
    ['a day, cancelled before the close', { amount: 0, quantity: 0 }, [], 'none'],
    ['a day, live again', { amount: 300 }, [line('cov_1', 1, 300), line('cov_1', 2, -300, -1)], 'debit 3 300 x1'],
    ['hours, first close', { amount: 480, quantity: 480 }, [], 'charge 1 480 x480'],
    ['hours, a late end', { amount: 120, quantity: 120 }, [line('cov_1', 1, 960, 960)], 'credit 2 -840 x-840'],
    ['hours, same price, other minutes', { amount: 60, quantity: 61 }, [line('cov_1', 1, 60, 60)], 'debit 2 0 x1'],
    ['hours, same price, fewer minutes', { amount: 60, quantity: 60 }, [line('cov_1', 1, 60, 61)], 'credit 2 0 x-1'],
    ['orders, two more', { amount: 5, quantity: 5 }, [line('cov_1', 1, 3, 3)], 'debit 2 2 x2'],
    [
      'orders, corrections came in any order',
      { amount: 4, quantity: 4 },
      [line('cov_1', 3, 2, 2), line('cov_1', 1, 3, 3), line('cov_1', 2, -1, -1)],
      'none',
    ],
  ];
  for (const [name, charge, issued, expected] of rows) {
    it(`${name}: ${expected}`, () => {
      const { lines } = statementLines([cover(charge)], issued);
      const shown = lines.map(({ kind, revision, amount, quantity }) => `${kind} ${revision} ${amount} x${quantity}`);
      assert.equal(shown.join() || 'none', expected);
    });
  }

  it('declares count and total of its lines, credits included', () => {
    const covers = [
      cover({ id: 'a', amount: 300 }),
      cover({ id: 'b', amount: 300, live: false }),
      cover({ id: 'c', amount: 60 }),
    ];
    const declared = statementLines(covers, [line('b', 1, 400)]);
    assert.equal(declared.lineCount, 3);
    assert.equal(declared.amount, 300 - 400 + 60);
  });

  it('leads each line to its events, once each, and to the opening event of a voided cover', () => {
    const [charge, credit] = statementLines(
      [
        cover({ id: 'a', amount: 300, eventIds: ['e1', 'e2'] }),
        cover({ id: 'b', amount: 0, live: false, eventIds: [] }),
      ],
      [line('b', 1, 300)],
    ).lines;
    assert.deepEqual(charge?.eventIds, ['e1', 'e2']);
    assert.deepEqual(credit?.eventIds, ['opened']);
  });

  it('says why a line is there, and what contradictions were settled', () => {
    const clipped = [{ code: 'clipped_at_longest_shift', shiftId: 's', eventIds: [] }] as const;
    const reasons = (charge: Charge, issued: readonly IssuedLine[]) =>
      statementLines([cover(charge)], issued).lines[0]?.reasons;
    assert.deepEqual(reasons({ amount: 300 }, []), ['first_charge']);
    assert.deepEqual(reasons({ amount: 960, contradictions: clipped }, []), [
      'first_charge',
      'clipped_at_longest_shift',
    ]);
    assert.deepEqual(reasons({ amount: 300 }, [line('cov_1', 1, 960)]), ['late_report']);
    assert.deepEqual(reasons({ amount: 300, live: false }, [line('cov_1', 1, 300)]), ['charge_voided']);
  });

  it('refuses what cannot be right: a cover twice, two currencies, a sum that cannot be counted', () => {
    assert.throws(() => statementLines([cover({ amount: 1 }), cover({ amount: 1 })], []), /given twice/);
    assert.throws(() => statementLines([cover({ amount: 1 })], [line('cov_1', 1, 1, 1, 'EUR')]), /charged in EUR/);
    const huge = Number.MAX_SAFE_INTEGER;
    assert.throws(
      () => statementLines([cover({ id: 'a', amount: huge }), cover({ id: 'b', amount: huge })], []),
      /counted exactly/,
    );
  });

  const history = fc.array(
    fc.record({
      amount: fc.integer({ min: 0, max: 5_000 }),
      quantity: fc.integer({ min: 0, max: 960 }),
      live: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  );

  it('property: after any history of closes, the lines of a cover add up to its fold, and closing again adds nothing', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(), { maxLength: 8 }), (folds, shuffle) => {
        const issued: IssuedLine[] = [];
        for (const fold of folds) {
          // The order in which issued lines are read must not matter.
          const read = issued.toSorted((a, b) => (shuffle[a.revision] ?? 0) - (shuffle[b.revision] ?? 0));
          issued.push(...statementLines([cover(fold)], read).lines);
          const sum = (of: (line: IssuedLine) => number) => issued.reduce((total, one) => total + of(one), 0);
          assert.equal(
            sum(({ amount }) => amount),
            fold.live ? fold.amount : 0,
          );
          assert.equal(
            sum(({ quantity }) => quantity),
            fold.live ? fold.quantity : 0,
          );
          assert.deepEqual(statementLines([cover(fold)], issued).lines, []);
        }
        assert.deepEqual(
          issued.map(({ revision }) => revision),
          issued.map((_, index) => index + 1),
        );
      }),
    );
  });

  it('property: what is declared equals the lines, and covers do not disturb one another', () => {
    fc.assert(
      fc.property(history, (folds) => {
        const covers = folds.map((fold, index) => cover({ ...fold, id: `c${index}` }));
        const together = statementLines(covers, []);
        assert.equal(together.lineCount, together.lines.length);
        assert.equal(
          together.amount,
          together.lines.reduce((total, { amount }) => total + amount, 0),
        );
        assert.deepEqual(
          together.lines,
          covers.flatMap((one) => statementLines([one], []).lines),
        );
      }),
    );
  });
});
