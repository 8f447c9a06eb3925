import assert from 'node:assert/strict';
import fc from 'fast-check';
import { money } from '../money.ts';
import { settleMonth } from './settle-month.ts';

const yuan = (amount: number) => money(amount, 'CNY');
const settle = (payable: number, nettable: number, carriedIn: number) => {
  const settled = settleMonth({ payable: yuan(payable), nettable: yuan(nettable), carriedIn: yuan(carriedIn) });
  return [settled.netted.amount, settled.toPay.amount, settled.carriedOut.amount];
};

describe('settleMonth', () => {
  const table: [says: string, owed: [number, number, number], settled: [number, number, number]][] = [
    ['pays the month out', [1000, 0, 0], [0, 1000, 0]],
    ['nets what the policies allow', [1000, 400, 0], [400, 600, 0]],
    ['nets all of it', [1000, 1000, 0], [1000, 0, 0]],
    ['credits prevail: nothing is paid, and the next month makes up for it', [-50, 0, 0], [0, 0, -50]],
    ['makes up for the month before, then pays', [1000, 0, -50], [0, 950, 0]],
    ['makes up for it in part only', [30, 30, -50], [0, 0, -20]],
    ['nets no more than is owed', [1000, 1000, -300], [700, 0, 0]],
    ['credits under the policies that net: nothing is netted', [900, -100, 0], [0, 900, 0]],
    ['nets no more than is left by credits under other policies', [100, 500, 0], [100, 0, 0]],
    ['nothing at all', [0, 0, 0], [0, 0, 0]],
  ];
  for (const [says, owed, settled] of table) it(says, () => assert.deepEqual(settle(...owed), settled));

  it('refuses what no settlement leaves over', () => assert.throws(() => settle(1, 0, 1), RangeError));

  it('over any run of months nothing is lost, and nothing is paid that is not owed', () => {
    const month = fc.tuple(fc.integer({ min: -10_000, max: 10_000 }), fc.integer({ min: -10_000, max: 10_000 }));
    fc.assert(
      fc.property(fc.array(month), (months) => {
        let owed = 0;
        let given = 0;
        let carried = 0;
        for (const [payable, nettable] of months) {
          const [netted = NaN, toPay = NaN, carriedOut = NaN] = settle(payable, nettable, carried);
          assert.ok(netted >= 0 && toPay >= 0 && carriedOut <= 0);
          assert.ok(netted <= Math.max(0, nettable));
          owed += payable;
          given += netted + toPay;
          carried = carriedOut;
          assert.equal(owed, given + carried);
        }
      }),
    );
  });
});
