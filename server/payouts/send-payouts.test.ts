import assert from 'node:assert/strict';
import type { Payout } from '../../programs/payouts/payout.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { outcomesOf, refusalOf } from '../platforms/testing/open-world.ts';
import { approvePayout, giveUpPayout } from './approve-payout.ts';
import { followPayee } from './follow-payee.ts';
import { fundPayouts } from './fund-payouts.ts';
import { reconcilePayouts } from './reconcile-payouts.ts';
import { sendDuePayouts } from './send-due-payouts.ts';
import { CASH, FLOAT, HOUR, NOW, openPayoutWorld, person, type PayoutWorld } from './testing/payout-world.ts';

describe('payouts, from decision to money out', () => {
  const database = useTestDatabase();
  let world: PayoutWorld;
  beforeEach(async () => {
    const collections = ['payouts', 'ledger_accounts', 'ledger_transfers', 'ledger_refusals', 'events'];
    await Promise.all(collections.map((name) => database.db.collection(name).deleteMany({})));
    world = openPayoutWorld(database);
  });
  afterEach(() => assertBooks({ database, clock: world.clock }));

  const read = async (id: string): Promise<Payout> => (await world.deps.payouts.byId(id)) ?? assert.fail(`no ${id}`);
  const stateOf = async (id: string): Promise<string> => (await read(id)).state;
  const told = async (id: string): Promise<string[]> => {
    const rows = await world.models.events.find({ aggregateId: id }).sort({ sequence: 1 }).lean();
    assert.deepEqual(
      rows.map(({ sequence }) => sequence),
      rows.map((_, at) => at + 1),
    );
    return rows.map(({ type }) => type);
  };

  it('pays once: reserved, sent, booked, told', async () => {
    await world.fund(5_000_00);
    const { payout } = await world.create();
    assert.equal(payout.state, 'ready');
    assert.equal((await world.models.accounts.findById(FLOAT).lean())?.debitsPending, 1_000_00);
    const tally = await sendDuePayouts(world.deps);
    assert.deepEqual([tally.due, tally.paid], [1, 1]);
    const paid = await read(payout.id);
    assert.equal(paid.state, 'paid');
    assert.equal(paid.attempts[0]?.key, `${payout.id}:1`);
    assert.deepEqual([await world.balance(FLOAT), await world.balance(CASH)], [-4_000_00, 4_000_00]);
    assert.deepEqual(await told(payout.id), ['payout.created', 'payout.paid']);
    assert.equal((await sendDuePayouts(world.deps)).due, 0);
    assert.equal(world.provider.calls.length, 1);
  });

  it('the same key and content is the same payout, other content is refused', async () => {
    await world.fund(5_000_00);
    const first = await world.create({ businessKey: 'k' });
    const second = await world.create({ businessKey: 'k', actor: person('opr_other') });
    assert.deepEqual([second.created, second.payout], [false, first.payout]);
    await assert.rejects(world.create({ businessKey: 'k', statementText: 'Other' }), refusalOf('payout_key_reused'));
    await sendDuePayouts(world.deps);
    assert.equal((await world.create({ businessKey: 'k' })).payout.state, 'paid');
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => world.create({ businessKey: 'race' })));
    assert.equal(outcomes.filter(({ created }) => created).length, 1);
  });

  it('lack of money is no reason to refuse: kept, and paid in order of decision', async () => {
    const first = await world.create({ amount: { amount: 1_500_00, currency: 'CNY' } });
    assert.equal(first.payout.state, 'awaiting_funds');
    world.clock.advance(1);
    const second = await world.create({ amount: { amount: 100_00, currency: 'CNY' } });
    assert.deepEqual(await fundPayouts(world.deps), { funded: 0, lacking: 2 });
    await world.fund(1_000_00);
    assert.deepEqual(await fundPayouts(world.deps), { funded: 0, lacking: 2 }, 'the second does not overtake');
    await world.fund(1_000_00);
    assert.deepEqual(await fundPayouts(world.deps), { funded: 2, lacking: 0 });
    assert.equal((await read(first.payout.id)).reservation, 2);
    await world.settle();
    assert.deepEqual([await stateOf(first.payout.id), await stateOf(second.payout.id)], ['paid', 'paid']);
    assert.deepEqual(await told(first.payout.id), ['payout.created', 'payout.paid']);
    assert.equal(await world.balance(CASH), 400_00);
  });

  it('a payout decided later does not take the money that an earlier one waits for (H2)', async () => {
    await world.fund(500_00);
    const first = await world.create();
    world.clock.advance(1);
    const later = { businessKey: 'later', amount: { amount: 400_00, currency: 'CNY' } };
    const second = await world.create(later);
    assert.deepEqual([first.payout.state, second.payout.state], ['awaiting_funds', 'awaiting_funds']);
    assert.deepEqual(await world.create(later), { payout: second.payout, created: false });
    await world.fund(500_00);
    assert.deepEqual(await fundPayouts(world.deps), { funded: 1, lacking: 1 });
    assert.deepEqual([await stateOf(first.payout.id), await stateOf(second.payout.id)], ['ready', 'awaiting_funds']);
  });

  it('amounts that are too large to be counted together are decided all the same', async () => {
    const amount = { amount: Number.MAX_SAFE_INTEGER, currency: 'CNY' };
    await world.create({ amount });
    assert.equal((await world.create({ amount })).payout.countedAmount, Number.MAX_SAFE_INTEGER);
  });

  it('one payout that cannot be claimed holds up no other', async () => {
    await world.fund(5_000_00);
    const { payout: broken } = await world.create({ amount: { amount: 100_00, currency: 'CNY' } });
    const { payout: good } = await world.create({ amount: { amount: 100_00, currency: 'CNY' } });
    await world.models.payouts.updateOne({ _id: broken.id }, { $set: { state: 'sending' } });
    await sendDuePayouts(world.deps);
    assert.equal(await stateOf(good.id), 'paid');
    await world.models.payouts.updateOne({ _id: broken.id }, { $set: { state: 'ready' } });
  });

  describe('bands (M8)', () => {
    const big = { amount: 60_000_00, currency: 'CNY' };

    it('two persons, counted by person, none of them creator, assessor or payee editor', async () => {
      await world.fund(100_000_00);
      const { payout } = await world.create({ amount: big, assessors: ['opr_assessor'] });
      assert.equal(payout.state, 'awaiting_approval');
      const approve = (who: string) =>
        approvePayout(world.deps, { actor: person(who), payoutId: payout.id, binding: payout.binding });
      for (const barred of ['opr_creator', 'opr_assessor', 'opr_editor', 'jobs', 'cli']) {
        await assert.rejects(approve(barred), refusalOf('approver_refused'));
      }
      assert.equal((await approve('opr_a')).state, 'awaiting_approval');
      assert.equal((await approve('opr_a')).approvals.length, 1, 'another key of the same person');
      assert.equal((await approve('opr_b')).state, 'ready');
      await world.settle();
      assert.equal(await stateOf(payout.id), 'paid');
    });

    it('two approvals at once both count', async () => {
      await world.fund(100_000_00);
      const { payout } = await world.create({ amount: big });
      await outcomesOf(
        ['opr_a', 'opr_b', 'opr_a'].map((who) =>
          approvePayout(world.deps, { actor: person(who), payoutId: payout.id, binding: payout.binding }),
        ),
      );
      assert.equal(await stateOf(payout.id), 'ready');
    });

    it('a change of the payee voids approvals and cools down', async () => {
      await world.fund(100_000_00);
      const { payout } = await world.create({ amount: big });
      await approvePayout(world.deps, { actor: person('opr_a'), payoutId: payout.id, binding: payout.binding });
      const old = world.payees.get('pye_1') ?? assert.fail();
      world.payees.set('pye_1', { ...old, version: 2, setAt: NOW, editor: 'opr_b' });
      const late = approvePayout(world.deps, { actor: person('opr_c'), payoutId: payout.id, binding: payout.binding });
      await assert.rejects(late, refusalOf('payout_changed'));
      const { binding, approvals, state } = await read(payout.id);
      assert.deepEqual([approvals.length, state], [0, 'awaiting_approval']);
      const approve = (who: string) => approvePayout(world.deps, { actor: person(who), payoutId: payout.id, binding });
      await assert.rejects(approve('opr_b'), refusalOf('approver_refused'), 'who set the new account');
      await approve('opr_a');
      assert.equal((await approve('opr_c')).state, 'cooling_down');
      world.clock.set(NOW + 24 * HOUR - 1);
      assert.equal((await sendDuePayouts(world.deps)).due, 0);
      world.clock.set(NOW + 24 * HOUR);
      await world.settle();
      assert.equal(await stateOf(payout.id), 'paid');
    });

    it("counts the person's other payouts of 30 days", async () => {
      await world.fund(100_000_00);
      assert.equal((await world.create({ amount: { amount: 1_500_00, currency: 'CNY' } })).payout.state, 'ready');
      const second = await world.create({ amount: { amount: 1_500_00, currency: 'CNY' } });
      assert.deepEqual([second.payout.countedAmount, second.payout.state], [3_000_00, 'awaiting_approval']);
    });
  });

  it('a payee changed after creation is followed by the worker too, should nobody have passed it on', async () => {
    await world.fund(5_000_00);
    const { payout } = await world.create();
    const old = world.payees.get('pye_1') ?? assert.fail();
    world.payees.set('pye_1', { ...old, version: 2, setAt: NOW, verified: false });
    assert.equal((await sendDuePayouts(world.deps)).held, 1);
    assert.equal(await stateOf(payout.id), 'payee_fix');
    world.payees.set('pye_1', { ...old, version: 2, setAt: NOW });
    assert.equal(await followPayee(world.deps, 'pye_1'), 1);
    assert.equal(await stateOf(payout.id), 'cooling_down');
    await world.settle();
    assert.equal(world.provider.calls.length, 1);
    assert.equal((await read(payout.id)).attempts[0]?.payeeVersion, 2);
  });

  it('given up while no key is out; not after', async () => {
    await world.fund(5_000_00);
    const actor = person('opr_a');
    const { payout } = await world.create();
    const voided = await giveUpPayout(world.deps, { actor, payoutId: payout.id, reason: 'Twice' });
    assert.equal(voided.state, 'voided');
    assert.equal((await world.models.accounts.findById(FLOAT).lean())?.debitsPending, 0);
    await giveUpPayout(world.deps, { actor, payoutId: payout.id, reason: 'Twice' });
    const other = await world.create();
    world.provider.faults = ['lost_before'];
    await sendDuePayouts(world.deps);
    await assert.rejects(
      giveUpPayout(world.deps, { actor, payoutId: other.payout.id, reason: 'no' }),
      refusalOf('payout_not_voidable'),
    );
  });

  describe('an ambiguous answer', () => {
    it('that did happen is found and booked', async () => {
      await world.fund(5_000_00);
      world.provider.faults = ['lost_after'];
      const { payout } = await world.create();
      assert.equal((await sendDuePayouts(world.deps)).unknown, 1);
      assert.equal((await sendDuePayouts(world.deps)).due, 0, 'it is not sent again');
      world.clock.advance(5_000);
      assert.equal((await reconcilePayouts(world.deps)).settled, 1);
      assert.equal(await stateOf(payout.id), 'paid');
    });

    it('that did not happen goes out again under the same key', async () => {
      await world.fund(5_000_00);
      world.provider.faults = ['lost_before', 'lost_before', 'try_again', 'throws'];
      const { payout } = await world.create();
      await world.settle();
      assert.equal(await stateOf(payout.id), 'paid');
      assert.deepEqual(new Set(world.provider.calls.map(({ idempotencyKey }) => idempotencyKey)).size, 1);
      assert.equal(world.provider.effects.size, 1);
    });

    it('stays ambiguous while the provider is away, and gets no other key before the first is proved dead', async () => {
      await world.fund(5_000_00);
      world.provider.faults = ['lost_before'];
      world.provider.away = true;
      const { payout } = await world.create();
      await sendDuePayouts(world.deps);
      world.clock.set(NOW + 19 * HOUR);
      assert.equal((await reconcilePayouts(world.deps)).away, 1);
      world.clock.set(NOW + 21 * HOUR);
      world.provider.away = false;
      assert.equal((await reconcilePayouts(world.deps)).absent, 1);
      assert.equal(await stateOf(payout.id), 'unknown', 'the key may not be sent any more, and may still have acted');
      world.clock.set(NOW + 25 * HOUR);
      assert.equal((await reconcilePayouts(world.deps)).absent, 1);
      assert.equal(await stateOf(payout.id), 'ready');
      await world.settle();
      assert.deepEqual(
        world.provider.calls.map(({ idempotencyKey }) => idempotencyKey),
        [`${payout.id}:1`, `${payout.id}:2`],
      );
      assert.equal(world.provider.standing(payout.id), 1);
    });
  });

  describe('workers', () => {
    it('several at once pay each payout once', async () => {
      await world.fund(100_000_00);
      // One after the other: those to one person wait for each other (M8), which is not the question here.
      const payouts: Awaited<ReturnType<typeof world.create>>[] = [];
      for (let at = 0; at < 60; at++) payouts.push(await world.create({ amount: { amount: 1 + at, currency: 'CNY' } }));
      const other = openPayoutWorld(database, { providers: world.deps.providers, clock: world.clock });
      const tallies = await Promise.all([world, world, other].map(({ deps }) => sendDuePayouts(deps)));
      assert.equal(
        tallies.reduce((sum, { paid }) => sum + paid, 0),
        60,
      );
      assert.equal(world.provider.calls.length, 60);
      for (const { payout } of payouts) assert.equal(await stateOf(payout.id), 'paid');
    });

    it("a zombie's answer is refused by the token, and the same key was used by who took over", async () => {
      await world.fund(5_000_00);
      const { payout } = await world.create();
      world.provider.during = async () => {
        world.provider.during = undefined;
        world.clock.advance(61_000);
        assert.equal((await sendDuePayouts(world.deps)).paid, 1);
      };
      assert.equal((await sendDuePayouts(world.deps)).overtaken, 1);
      assert.equal((await read(payout.id)).attempts.length, 1);
      assert.equal(world.provider.effects.size, 1);
      assert.deepEqual(await told(payout.id), ['payout.created', 'payout.paid']);
    });

    it('a lease that ran out before the call makes no call', async () => {
      await world.fund(5_000_00);
      await world.create();
      const late = {
        ...world.deps,
        at: (point: string) => void (point === 'call.before' && world.clock.advance(60_000)),
      };
      assert.equal((await sendDuePayouts(late)).overtaken, 1);
      assert.equal(world.provider.calls.length, 0);
      assert.equal((await sendDuePayouts(world.deps)).paid, 1);
    });
  });
});
