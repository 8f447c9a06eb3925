import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { approvePayout, giveUpPayout } from './approve-payout.ts';
import { followPayee } from './follow-payee.ts';
import { fundPayouts } from './fund-payouts.ts';
import { payoutIdOf } from './create-payout.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { PAYOUT_POINTS, type PayoutPoint } from './payout-points.ts';
import { recordPayoutOutcome } from './record-payout-outcome.ts';
import { reconcilePayouts } from './reconcile-payouts.ts';
import { releaseReturned, retryPayout } from './retry-payout.ts';
import { LEASE_MS, sendDuePayouts } from './send-due-payouts.ts';
import { CASH, FLOAT, openPayoutWorld, person, type PayoutWorld } from './testing/payout-world.ts';
import type { Fault } from './testing/test-provider.ts';

/** The process ends here, as far as it can tell. */
class Died extends Error {}

const KEYS = ['plain', 'lost', 'absent', 'poor', 'void', 'approved', 'moved', 'returned', 'given-back'] as const;
type Key = (typeof KEYS)[number];
const idOf = (key: Key): string => payoutIdOf(key);
const actor = person('opr_a');

/** Dies at one point, once, and is then dead: nothing of it goes on. */
function dyingAt(point: PayoutPoint | undefined, reached: Set<PayoutPoint>): Pick<PayoutDeps, 'at'> {
  let dead = false;
  return {
    at: (here) => {
      reached.add(here);
      dead ||= here === point;
      if (dead) throw new Died(here);
    },
  };
}

describe('a worker that dies at any named point', () => {
  const database = useTestDatabase();
  const clear = () =>
    Promise.all(
      ['payouts', 'ledger_accounts', 'ledger_transfers', 'ledger_refusals', 'events'].map((name) =>
        database.db.collection(name).deleteMany({}),
      ),
    );

  /** Everything that is ever done to payouts, each step safe to do again; what was done before is found done. */
  async function work(world: PayoutWorld, deps: PayoutDeps): Promise<void> {
    const create = (key: Key, amount = 1_00, payeeId = 'pye_1') =>
      world.createWith(deps, { businessKey: key, payeeId, amount: { amount, currency: 'CNY' } });
    for (const key of ['plain', 'lost', 'absent', 'void', 'returned', 'given-back'] as const) await create(key);
    await giveUpPayout(deps, { actor, payoutId: idOf('void'), reason: 'Not wanted.' });
    const { payout: approved } = await create('approved', 3_000_00);
    await approvePayout(deps, { actor, payoutId: approved.id, binding: approved.binding });
    await create('moved', 2_00, 'pye_2');
    world.movePayee('pye_2', 2);
    await followPayee(deps, 'pye_2');
    await create('poor', 1_900_00, 'pye_3');
    await world.fundOnce('more', 2_000_00);
    await fundPayouts(deps);
    await sendDuePayouts(deps);
    world.clock.advance(5_000);
    await reconcilePayouts(deps);
    for (const key of ['returned', 'given-back'] as const) {
      const effect = world.provider.effects.get(`${idOf(key)}:1`);
      if (effect === undefined) continue;
      const payout = world.provider.become(`${idOf(key)}:1`, 'returned');
      const { providerRef } = payout;
      const fact = { kind: 'payout_changed', provider: 'stripe', factId: key, occurredAt: 0, providerRef } as const;
      await recordPayoutOutcome(deps, { ...fact, payout });
    }
    const returned = await deps.payouts.byId(idOf('returned'));
    world.movePayee('pye_1', 2);
    if (returned?.state === 'returned') {
      const { id: payoutId, binding } = await retryPayout(deps, { actor, payoutId: returned.id });
      // It counts what its person was paid beside it (M8).
      await approvePayout(deps, { actor: person('opr_b'), payoutId, binding });
    }
    const back = await deps.payouts.byId(idOf('given-back'));
    if (back?.state === 'returned') await releaseReturned(deps, { actor, payoutId: back.id });
  }

  /** Runs until the process dies or all is done; true when it died. */
  async function dies(world: PayoutWorld, deps: PayoutDeps): Promise<boolean> {
    try {
      await work(world, deps);
      return false;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      return true;
    }
  }

  async function tellStory(point: PayoutPoint | undefined): Promise<Set<PayoutPoint>> {
    await clear();
    const world = openPayoutWorld(database);
    await world.fundOnce('first', 3_100_00);
    const answers = new Map<string, Fault>([
      [`${idOf('lost')}:1`, 'lost_after'],
      [`${idOf('absent')}:1`, 'lost_before'],
    ]);
    world.provider.faultOf = (key) => {
      const fault = answers.get(key);
      answers.delete(key);
      return fault;
    };
    const reached = new Set<PayoutPoint>();
    const died = await dies(world, { ...world.deps, ...dyingAt(point, reached) });
    assert.equal(died, point !== undefined);
    // Another process takes over when the lease is over.
    world.clock.advance(LEASE_MS);
    for (let round = 0; round < 3; round++) {
      assert.equal(await dies(world, world.deps), false);
      await world.settle();
    }
    await checkEnd(world);
    return reached;
  }

  async function checkEnd(world: PayoutWorld): Promise<void> {
    const all = await Promise.all(KEYS.map(async (key) => [key, (await world.deps.payouts.byId(idOf(key)))?.state]));
    assert.deepEqual(Object.fromEntries(all), {
      ...{ plain: 'paid', lost: 'paid', absent: 'paid', poor: 'paid', void: 'voided', approved: 'paid', moved: 'paid' },
      ...{ returned: 'returned', 'given-back': 'returned' },
    });
    const documents = await world.models.payouts.find().lean();
    assert.equal(documents.length, KEYS.length + 1, 'and the one that paid again');
    for (const { _id, state } of documents) {
      assert.equal(world.provider.standing(_id), state === 'paid' ? 1 : 0, `effects of ${_id}, ${state}`);
      const rows = await world.models.events.find({ aggregateId: _id }).sort({ sequence: 1 }).lean();
      const types = rows.map(({ type }) => type);
      assert.equal(new Set(types).size, types.length, `${_id} told ${types.join(', ')}`);
    }
    const [float, cash] = await Promise.all([FLOAT, CASH].map((account) => world.balance(account)));
    const left = 3_100_00 + 2_000_00 - (3 * 1_00 + 1_900_00 + 3_000_00 + 2_00 + 1_00);
    assert.deepEqual([float, cash, await world.balance('payee:per_1:unclaimed:CNY')], [-left, left, 0]);
    await assertBooks({ database, clock: world.clock });
    const accounts = await world.models.accounts.find().lean();
    assert.ok(accounts.every(({ debitsPending, creditsPending }) => debitsPending === 0 && creditsPending === 0));
  }

  it('without a death every point is passed', async () => {
    assert.deepEqual([...(await tellStory(undefined))].sort(), [...PAYOUT_POINTS].sort());
  });

  for (const point of PAYOUT_POINTS) {
    it(`at ${point}: the next one brings everything to its end, once`, () => tellStory(point));
  }
});
