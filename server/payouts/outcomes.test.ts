import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Payout } from '../../programs/payouts/payout.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { ProviderPayout } from '../payments/payment-port.ts';
import { refusalOf } from '../platforms/testing/open-world.ts';
import { giveUpPayout } from './approve-payout.ts';
import { recordPayoutOutcome } from './record-payout-outcome.ts';
import { reconcilePayouts } from './reconcile-payouts.ts';
import { releaseReturned, retryPayout } from './retry-payout.ts';
import { sendDuePayouts } from './send-due-payouts.ts';
import { CASH, FLOAT, HOUR, NOW, openPayoutWorld, person, type PayoutWorld } from './testing/payout-world.ts';

const UNCLAIMED = 'payee:per_1:unclaimed:CNY';
const actor = person('opr_a');

describe('what a provider says of a payout', () => {
  const database = useTestDatabase();
  let world: PayoutWorld;
  beforeEach(async () => {
    const collections = ['payouts', 'ledger_accounts', 'ledger_transfers', 'ledger_refusals', 'events'];
    await Promise.all(collections.map((name) => database.db.collection(name).deleteMany({})));
    world = openPayoutWorld(database);
    await world.fund(5_000_00);
  });
  afterEach(() => assertBooks({ database, clock: world.clock }));

  const read = async (id: string): Promise<Payout> => (await world.deps.payouts.byId(id)) ?? assert.fail(`no ${id}`);
  const tell = (payout: ProviderPayout) =>
    recordPayoutOutcome(world.deps, {
      kind: 'payout_changed',
      provider: 'stripe',
      factId: `${payout.providerRef}:${payout.state}`,
      occurredAt: world.clock.now(),
      providerRef: payout.providerRef,
      payout,
    });
  const sentPayout = async (amount = 1_000_00): Promise<Payout> => {
    const { payout } = await world.create({ amount: { amount, currency: 'CNY' } });
    world.provider.faults = ['processing'];
    assert.equal((await sendDuePayouts(world.deps)).sent, 1);
    return read(payout.id);
  };
  const changePayee = (): void => {
    const old = world.payees.get('pye_1') ?? assert.fail();
    world.payees.set('pye_1', { ...old, version: old.version + 1, setAt: world.clock.now(), editor: 'opr_editor' });
  };

  it('posted, twice: booked once', async () => {
    const { id } = await sentPayout();
    const posted = world.provider.become(`${id}:1`, 'posted');
    assert.equal((await tell(posted))?.changed, true);
    assert.equal((await tell(posted))?.changed, false);
    assert.equal((await read(id)).state, 'paid');
    assert.equal(await world.balance(CASH), 4_000_00);
  });

  it('a webhook that is lost is made up for by asking', async () => {
    const { id } = await sentPayout();
    world.provider.become(`${id}:1`, 'posted');
    world.clock.advance(10 * 60_000);
    assert.equal((await reconcilePayouts(world.deps)).settled, 1);
    assert.equal((await read(id)).state, 'paid');
  });

  it('what is still under way is asked for again, less and less often', async () => {
    const { id } = await sentPayout();
    const waits: number[] = [];
    for (let look = 0; look < 6; look++) {
      const { nextAt } = await read(id);
      waits.push(((nextAt ?? 0) - world.clock.now()) / 60_000);
      world.clock.set(nextAt ?? 0);
      await reconcilePayouts(world.deps);
    }
    assert.deepEqual(waits, [10, 10, 20, 40, 80, 160]);
  });

  it("failed by the payee's fault: waits for another account, then the same payout under the next key", async () => {
    const { id } = await sentPayout();
    await tell(world.provider.become(`${id}:1`, 'failed', { code: 'account_closed', message: 'Closed.' }));
    assert.equal((await read(id)).state, 'payee_fix');
    await assert.rejects(retryPayout(world.deps, { actor, payoutId: id }), refusalOf('payee_unchanged'));
    changePayee();
    assert.equal((await retryPayout(world.deps, { actor, payoutId: id })).state, 'cooling_down');
    await world.settle();
    const paid = await read(id);
    assert.deepEqual(
      paid.attempts.map(({ key, outcome, payeeVersion }) => [key, outcome, payeeVersion]),
      [
        [`${id}:1`, 'failed', 1],
        [`${id}:2`, 'posted', 2],
      ],
    );
    assert.deepEqual([await world.balance(FLOAT), await world.balance(CASH)], [-4_000_00, 4_000_00]);
  });

  it('what passes by itself is tried thrice by the machine, then by a person', async () => {
    world.provider.faults = [];
    const { payout } = await world.create();
    world.provider.refusals.set(`${payout.id}:1`, {
      outcome: 'refused',
      code: 'balance_insufficient',
      message: 'Low.',
    });
    world.provider.refusals.set(`${payout.id}:2`, {
      outcome: 'refused',
      code: 'balance_insufficient',
      message: 'Low.',
    });
    world.provider.refusals.set(`${payout.id}:3`, {
      outcome: 'refused',
      code: 'balance_insufficient',
      message: 'Low.',
    });
    await world.settle();
    assert.equal((await read(payout.id)).state, 'failed');
    assert.equal((await retryPayout(world.deps, { actor, payoutId: payout.id })).state, 'ready');
    await world.settle();
    assert.deepEqual([(await read(payout.id)).state, world.provider.calls.length], ['paid', 4]);
  });

  it('returned: held for its person, then a new, linked payout once the payee changed (M7)', async () => {
    const { payout } = await world.create();
    await world.settle();
    const returned = world.provider.become(`${payout.id}:1`, 'returned', { message: 'No such account.' });
    assert.equal((await tell(returned))?.payout.state, 'returned');
    assert.equal((await tell(returned))?.changed, false);
    assert.deepEqual([await world.balance(CASH), await world.balance(UNCLAIMED)], [5_000_00, -1_000_00]);
    await assert.rejects(retryPayout(world.deps, { actor, payoutId: payout.id }), refusalOf('payee_unchanged'));
    changePayee();
    const [again, same] = await Promise.all([1, 2].map(() => retryPayout(world.deps, { actor, payoutId: payout.id })));
    assert.ok(again && same);
    assert.deepEqual([again.id, again.retryOf, again.fundingAccount], [same.id, payout.id, UNCLAIMED]);
    assert.equal((await read(payout.id)).successorId, again.id);
    await world.settle();
    assert.equal((await read(again.id)).state, 'paid');
    const balances = await Promise.all([FLOAT, CASH, UNCLAIMED].map((account) => world.balance(account)));
    assert.deepEqual(balances, [-4_000_00, 4_000_00, 0]);
    await assert.rejects(
      releaseReturned(world.deps, { actor, payoutId: payout.id }),
      refusalOf('payout_not_retryable'),
    );
  });

  it('returned and given up: back to where the money came from, once', async () => {
    const { payout } = await world.create();
    await world.settle();
    await tell(world.provider.become(`${payout.id}:1`, 'returned'));
    const released = await Promise.all([1, 2].map(() => releaseReturned(world.deps, { actor, payoutId: payout.id })));
    assert.deepEqual(
      released.map(({ releasedAt }) => releasedAt),
      [NOW, NOW],
    );
    const balances = await Promise.all([FLOAT, CASH, UNCLAIMED].map((account) => world.balance(account)));
    assert.deepEqual(balances, [-5_000_00, 5_000_00, 0]);
    changePayee();
    await assert.rejects(retryPayout(world.deps, { actor, payoutId: payout.id }), refusalOf('payout_not_retryable'));
  });

  it('returned, to be paid again and given up: back to where the money came from, which nobody else can reach', async () => {
    const { payout } = await world.create();
    await world.settle();
    await tell(world.provider.become(`${payout.id}:1`, 'returned'));
    changePayee();
    const again = await retryPayout(world.deps, { actor, payoutId: payout.id });
    await giveUpPayout(world.deps, { actor, payoutId: again.id, reason: 'Nobody can be paid.' });
    assert.equal(await world.balance(UNCLAIMED), -1_000_00);
    await releaseReturned(world.deps, { actor, payoutId: payout.id });
    const balances = await Promise.all([FLOAT, CASH, UNCLAIMED].map((account) => world.balance(account)));
    assert.deepEqual(balances, [-5_000_00, 5_000_00, 0]);
  });

  it('returned before posted was heard: out and back in one unit', async () => {
    const { id } = await sentPayout();
    await tell(world.provider.become(`${id}:1`, 'returned'));
    await tell({ ...world.provider.become(`${id}:1`, 'returned'), state: 'posted' });
    assert.equal((await read(id)).state, 'returned');
    assert.deepEqual([await world.balance(FLOAT), await world.balance(UNCLAIMED)], [-4_000_00, -1_000_00]);
  });

  it('an attempt held for absent that was paid after all is paid; under two keys it is a contradiction for a person', async () => {
    world.provider.faults = ['lost_before'];
    const { payout } = await world.create();
    await sendDuePayouts(world.deps);
    world.clock.set(NOW + 25 * HOUR);
    await reconcilePayouts(world.deps);
    assert.equal((await read(payout.id)).state, 'ready');
    const ghost: ProviderPayout = {
      ...{ providerRef: 'obp_ghost', payoutId: payout.id, attempt: 1, amount: payout.amount },
      ...{ state: 'posted', createdAt: NOW },
    };
    assert.equal((await tell(ghost))?.payout.state, 'paid');
    world.clock.advance(HOUR);
    assert.equal((await sendDuePayouts(world.deps)).due, 0, 'no second key goes out');

    const next = await world.create();
    world.provider.faults = ['lost_before'];
    await sendDuePayouts(world.deps);
    world.clock.advance(25 * HOUR);
    await world.settle();
    assert.equal((await read(next.payout.id)).attempts.length, 2);
    const { contradictions, state } =
      (await tell({ ...ghost, payoutId: next.payout.id }))?.payout ?? assert.fail('no payout');
    assert.deepEqual([state, contradictions.length], ['paid', 1]);
  });

  it('another amount, and an attempt that never was, are contradictions and book nothing', async () => {
    const { id } = await sentPayout();
    const posted = { ...world.provider.become(`${id}:1`, 'posted') };
    await tell({ ...posted, amount: { amount: 1, currency: 'CNY' } });
    await tell({ ...posted, attempt: 7 });
    const { state, contradictions } = await read(id);
    assert.deepEqual([state, contradictions.length], ['sent', 2]);
  });

  it('is not ours: undefined', async () => {
    const unknown = { providerRef: 'obp_x', payoutId: 'pyo_none', attempt: 1, createdAt: NOW };
    const fact = { ...unknown, state: 'posted', amount: { amount: 1, currency: 'CNY' } } as const;
    assert.equal(await tell(fact), undefined);
  });

  it('whatever the order and the repetitions, the end is that of the true history', async () => {
    const histories: readonly ProviderPayout['state'][][] = [
      ['processing', 'posted'],
      ['processing', 'failed'],
      ['processing', 'posted', 'returned'],
      ['processing', 'canceled'],
    ];
    const ends = { posted: 'paid', failed: 'failed', returned: 'returned', canceled: 'failed', processing: 'sent' };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...histories), fc.array(fc.nat(5), { maxLength: 6 }), async (history, picks) => {
        // So little that the person's payouts together need no approval.
        const { id } = await sentPayout(1_00);
        const told = [...picks.map((pick) => history[pick % history.length] ?? 'processing'), ...history];
        // Any order, but all of it comes at last.
        for (const state of picks.length % 2 === 0 ? told : [...told].reverse()) {
          await tell(world.provider.become(`${id}:1`, state));
        }
        assert.equal((await read(id)).state, ends[history.at(-1) ?? 'processing']);
        assert.deepEqual((await read(id)).contradictions, []);
      }),
      { numRuns: 25 },
    );
  });
});
