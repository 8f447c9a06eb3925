import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { reconcileAllDue, sendAllDue } from './drain-payouts.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { openPayoutWorld, type PayoutWorld } from './testing/payout-world.ts';

const bug = (): never => {
  throw new TypeError('a bug of ours');
};

describe('a payout whose step meets a bug holds up no other', () => {
  const database = useTestDatabase();
  let world: PayoutWorld;
  let deps: PayoutDeps;
  let counted: string[];
  beforeEach(async () => {
    const collections = ['payouts', 'ledger_accounts', 'ledger_transfers', 'ledger_refusals', 'events'];
    await Promise.all(collections.map((name) => database.db.collection(name).deleteMany({})));
    counted = [];
    world = openPayoutWorld(database);
    deps = { ...world.deps, count: (outcome) => counted.push(outcome) };
    await world.fund(10_000_00);
  });
  afterEach(() => assertBooks({ database, clock: world.clock }));

  /** The one with the bug is due first. */
  async function createAll(): Promise<string> {
    const { payout } = await world.createWith(deps, { payeeId: 'pye_2' });
    world.clock.advance(1);
    for (let n = 0; n < 3; n++)
      await world.createWith(deps, { payeeId: 'pye_3', amount: { amount: 1, currency: 'CNY' } });
    return payout.id;
  }
  const read = async (id: string) => (await deps.payouts.byId(id)) ?? assert.fail();
  const countOf = (outcome: string) => counted.filter((each) => each === outcome).length;

  it('before its claim: put off longer each time, said once, and paid when the bug is gone', async () => {
    const id = await createAll();
    const healthy = world.payees.get('pye_2') ?? assert.fail();
    world.payees.set('pye_2', Object.defineProperty({ ...healthy }, 'verified', { get: bug }));
    assert.equal((await sendAllDue(deps)).paid, 3);
    const delays: number[] = [];
    for (let round = 0; round < 20; round++) {
      const nextAt = (await read(id)).nextAt ?? assert.fail();
      delays.push(nextAt - world.clock.now());
      world.clock.set(nextAt);
      await sendAllDue(deps);
    }
    assert.deepEqual(
      delays,
      delays.toSorted((a, b) => a - b),
    );
    assert.deepEqual([delays[0], (delays.at(-1) ?? 0) > 600_000], [60_000, true]);
    const stuck = await read(id);
    assert.deepEqual([stuck.state, stuck.attempts.length, countOf('put_off')], ['ready', 0, 21]);
    assert.deepEqual(
      stuck.timeline.map(({ note }) => note),
      ['Decided, and the money reserved.', 'A step met a bug of ours; tried again later.'],
    );
    world.payees.set('pye_2', healthy);
    world.clock.set(stuck.nextAt ?? assert.fail());
    assert.equal((await sendAllDue(deps)).paid, 1);
    assert.deepEqual([(await read(id)).state, countOf('paid'), countOf('sending')], ['paid', 4, 4]);
  });

  it('between its claim and its call: the same key goes out when the bug is gone', async () => {
    const id = await createAll();
    const destinations: PayoutDeps['payees']['destinations'] = async (refs) => {
      const found = new Map(await world.deps.payees.destinations(refs));
      if (found.has('pye_2:1')) found.set('pye_2:1', { open: bug });
      return found;
    };
    assert.equal((await sendAllDue({ ...deps, payees: { ...deps.payees, destinations } })).paid, 3);
    const stuck = await read(id);
    assert.deepEqual([stuck.state, stuck.lease, world.provider.calls.length], ['sending', null, 3]);
    world.clock.set(stuck.nextAt ?? assert.fail());
    assert.equal((await sendAllDue(deps)).paid, 1);
    assert.deepEqual(
      (await read(id)).attempts.map(({ key }) => key),
      [`${id}:1`],
    );
    assert.equal(world.provider.standing(id), 1);
  });

  it('while its provider is asked: the others are settled', async () => {
    world.provider.faults = ['lost_after', 'lost_after', 'lost_after', 'lost_after'];
    const id = await createAll();
    await sendAllDue(deps);
    const effect = world.provider.effects.get(`${id}:1`) ?? assert.fail();
    world.provider.effects.set(`${id}:1`, Object.defineProperty({ ...effect }, 'amount', { get: bug }));
    world.clock.advance(5_000);
    const { settled, failed } = await reconcileAllDue(deps);
    assert.deepEqual([settled, failed, countOf('put_off'), (await read(id)).state], [3, 0, 1, 'unknown']);
    world.provider.effects.set(`${id}:1`, effect);
    world.clock.set((await read(id)).nextAt ?? assert.fail());
    assert.equal((await reconcileAllDue(deps)).settled, 1);
  });
});
