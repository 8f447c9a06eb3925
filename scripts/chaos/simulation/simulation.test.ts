import assert from 'node:assert/strict';
import type { LedgerUnit } from '../../../server/ledger/ledger.ts';
import type { PayoutOrder } from '../../../server/payments/payment-port.ts';
import type { PayoutDeps } from '../../../server/payouts/payout-deps.ts';
import { runWave, type WaveOptions, type WaveResult } from './run-wave.ts';

/** Everything that is found, in its three kinds. */
const found = ({ doubled, missing, wrong, findings }: WaveResult) => ({
  doubled,
  missing,
  wrong: [...wrong, ...findings],
});
const NOTHING = { doubled: [], missing: [], wrong: [] };

const withCommit = (deps: PayoutDeps, change: (unit: LedgerUnit) => LedgerUnit): PayoutDeps => ({
  ...deps,
  ledger: { commit: (unit) => deps.ledger.commit(change(unit)) },
});

function withOrder(deps: PayoutDeps, change: (order: PayoutOrder) => PayoutOrder): PayoutDeps {
  const { stripe } = deps.providers;
  const mistaken: typeof stripe = {
    cashAccount: (currency) => stripe.cashAccount(currency),
    findPayouts: (payoutId) => stripe.findPayouts(payoutId),
    sendPayout: (order) => stripe.sendPayout(change(order)),
  };
  return { ...deps, providers: { ...deps.providers, stripe: mistaken } };
}

describe('simulated payouts', function () {
  this.timeout(60_000);
  const limit = Error.stackTraceLimit;
  before(() => (Error.stackTraceLimit = 0));
  after(() => (Error.stackTraceLimit = limit));

  it('are paid once, or truly not, whatever dies and fails; the same seed is the same to the last byte', async () => {
    const [first, second] = [await runWave({ seed: 2, payouts: 120 }), await runWave({ seed: 2, payouts: 120 })];
    assert.deepEqual(found(first), NOTHING);
    assert.equal(first.payouts, 120);
    assert.ok(first.faults >= 30 && first.deaths > 0, JSON.stringify([first.faults, first.deaths]));
    assert.equal(first.digest, second.digest);
    assert.notEqual((await runWave({ seed: 5, payouts: 20 })).digest, first.digest);
  });

  it('through an outage that keys do not outlive', async () => {
    assert.deepEqual(found(await runWave({ seed: 3, payouts: 30 })), NOTHING);
  });

  describe('a planted bug is found', () => {
    const wave = async (plant: NonNullable<WaveOptions['plant']>, more: Partial<WaveOptions> = {}) =>
      found(await runWave({ seed: 2, payouts: 80, restDaysMax: 1, plant, ...more }));

    it('a new key for every call: paid twice', async () => {
      let calls = 0;
      const doubled: string[] = [];
      // It takes a worker that dies between the call and the booking of its answer: a wave may be without one.
      for (let seed = 14; doubled.length === 0 && seed < 24; seed++) {
        const all = await wave(
          (deps) => withOrder(deps, (order) => ({ ...order, idempotencyKey: `${order.idempotencyKey}:${++calls}` })),
          { seed, payouts: 120 },
        );
        doubled.push(...all.doubled);
      }
      assert.notDeepEqual(doubled, []);
    });

    it('a key that is not the one that was stored', async () => {
      const { wrong } = await wave(
        (deps) => withOrder(deps, (order) => ({ ...order, idempotencyKey: `other:${order.idempotencyKey}` })),
        { payouts: 20 },
      );
      assert.ok(wrong.some((line) => line.includes('went out under other:')));
    });

    it('a ledger that loses the posting of a payout', async () => {
      let posts = 0;
      const { wrong } = await wave((deps) =>
        withCommit(deps, (unit) => {
          const isLost = unit.transfers.some(({ type }) => type === 'post') && ++posts % 20 === 0;
          return isLost ? { ...unit, transfers: [] } : unit;
        }),
      );
      assert.ok(wrong.some((line) => line.includes('still reserves')));
      assert.ok(wrong.some((line) => line.startsWith('cash:stripe:CNY is')));
    });

    it('writes without their guard: a zombie books over what is known', async () => {
      const { wrong } = await wave((deps) =>
        withCommit(deps, (unit) => ({
          ...unit,
          writes: (unit.writes ?? []).map((write) => (write.kind === 'update' ? { ...write, guard: {} } : write)),
        })),
      );
      assert.ok(wrong.some((line) => /is paid with 0 posted attempts|has payout post/.test(line)));
    });

    it('a call that names another attempt than the one that was stored', async () => {
      const all = await wave((deps) => withOrder(deps, (order) => ({ ...order, attempt: order.attempt + 1 })), {
        payouts: 20,
      });
      assert.ok(all.wrong.some((line) => line.includes('is of an attempt that is not in the books')));
    });
  });
});
