import assert from 'node:assert/strict';
import fc from 'fast-check';
import { depositLevel, warningLevel, type DepositLevel } from './deposit-level.ts';
import { envelopeSize } from './envelope-size.ts';
import { settlePrepaidDay, type PrepaidDay } from './settle-prepaid-day.ts';

describe('how large an envelope is', () => {
  const table = [
    // need, spentLately, available -> size; a day costs 300
    [300, 0, 1_000_000, 15_000, 'fifty days ahead'],
    [300, 60_000, 1_000_000, 120_000, 'twice what was spent lately'],
    [300, 600_000, 1_000_000, 249_900, 'a quarter of the deposit at most, in whole days'],
    [9_000, 0, 12_000, 9_000, 'what is needed now, though it is more than a quarter'],
    [300, 600_000, 900, 300, 'near the bottom only what is needed'],
    [900, 0, 700, 600, 'less than needed: the whole days that are there'],
    [900, 0, 299, 299, 'not one of the dearest days: a cheaper one may do'],
    [300, 0, 0, 0, 'nothing'],
    [300, 0, -5, 0, 'nothing'],
  ] as const;
  for (const [need, spentLately, available, size, why] of table) {
    it(`${need} of ${available} -> ${size}: ${why}`, () =>
      assert.equal(envelopeSize({ need, price: 300, spentLately, available }), size));
  }
});

describe('the level of a deposit', () => {
  const table: readonly [DepositLevel, number, boolean, boolean, DepositLevel][] = [
    // before, available, refused, paidIn -> level; low below 1,000
    ['ok', 1_000, false, false, 'ok'],
    ['ok', 999, false, false, 'low'],
    ['low', 1_000, false, false, 'low'],
    ['low', 1_000, false, true, 'ok'],
    ['low', 0, false, false, 'low'],
    ['ok', 200, true, false, 'empty'],
    ['empty', 500, false, false, 'empty'],
    ['empty', 5_000, false, false, 'empty'],
    ['empty', 500, false, true, 'low'],
    ['empty', 5_000, false, true, 'ok'],
  ];
  for (const [before, available, refused, paidIn, after] of table) {
    it(`${before}, ${available} left${refused ? ', refused' : ''}${paidIn ? ', paid in' : ''} -> ${after}`, () =>
      assert.equal(depositLevel(before, { available, lowBelow: 1_000, refused, paidIn }), after));
  }
  it('warns below a fifth of the last top-up', () => assert.equal(warningLevel(10_001), 2_000));
});

describe('settling a prepaid day', () => {
  const fresh: PrepaidDay = { owed: 0, drawn: 0, applied: 0, returned: 0, charged: 0 };
  const over = { depositAvailable: 10_000, dayOver: true };
  const nothing = { apply: 0, charge: 0, credit: 0, giveBack: 0, invoiced: 0 };

  it('a day product: what was drawn is what is owed', () =>
    assert.deepEqual(settlePrepaidDay({ ...fresh, drawn: 600 }, 600, over), { ...nothing, apply: 600 }));
  it('an hourly day: the deposit pays what the minimum did not', () =>
    assert.deepEqual(settlePrepaidDay({ ...fresh, drawn: 60 }, 480, over), { ...nothing, apply: 60, charge: 420 }));
  it('a cover that came to nothing gives its money back', () =>
    assert.deepEqual(settlePrepaidDay({ ...fresh, drawn: 600 }, 300, over), { ...nothing, apply: 300, giveBack: 300 }));
  it('a day of which more may come keeps what was drawn for it', () =>
    assert.deepEqual(settlePrepaidDay({ ...fresh, drawn: 600 }, 300, { ...over, dayOver: false }), {
      ...nothing,
      apply: 300,
    }));
  it('what the deposit cannot carry is invoiced', () =>
    assert.deepEqual(settlePrepaidDay({ ...fresh, drawn: 60 }, 480, { ...over, depositAvailable: 100 }), {
      ...nothing,
      apply: 60,
      charge: 100,
      invoiced: 320,
    }));
  it('a credit goes back to the deposit', () =>
    assert.deepEqual(settlePrepaidDay({ ...fresh, owed: 480, drawn: 60, applied: 60, charged: 420 }, -180, over), {
      ...nothing,
      credit: 180,
    }));
  it('a credit lowers what was invoiced first', () =>
    assert.deepEqual(settlePrepaidDay({ ...fresh, owed: 480, drawn: 60, applied: 60, charged: 100 }, -350, over), {
      ...nothing,
      credit: 30,
      invoiced: -320,
    }));

  it('loses nothing, whatever comes in which parts', () => {
    const step = fc.record({
      added: fc.integer({ min: -500, max: 500 }),
      drawn: fc.integer({ min: 0, max: 300 }),
      depositAvailable: fc.integer({ min: 0, max: 300 }),
      dayOver: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        let day = fresh;
        let invoiced = 0;
        for (const { drawn, dayOver, depositAvailable, ...given } of steps) {
          day = { ...day, drawn: day.drawn + drawn };
          // A day never owes less than nothing: covers are credited for what they were charged.
          const added = Math.max(given.added, -day.owed);
          const moves = settlePrepaidDay(day, added, { depositAvailable, dayOver });
          for (const amount of [moves.apply, moves.charge, moves.credit, moves.giveBack]) assert.ok(amount >= 0);
          assert.ok(moves.charge <= depositAvailable);
          day = {
            owed: day.owed + added,
            drawn: day.drawn,
            applied: day.applied + moves.apply,
            returned: day.returned + moves.giveBack,
            charged: day.charged + moves.charge - moves.credit,
          };
          invoiced += moves.invoiced;
          assert.ok(day.applied + day.returned <= day.drawn, 'no more is used than was drawn');
          assert.equal(day.owed, day.applied + day.charged + invoiced, 'what is owed is paid or invoiced');
          assert.ok(invoiced >= 0, 'nobody is credited for what the deposit paid');
          if (dayOver)
            assert.equal(day.applied + day.returned, day.drawn, 'nothing drawn is left when the day is over');
        }
      }),
    );
  });
});
