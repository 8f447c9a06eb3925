import assert from 'node:assert/strict';
import { approvalsMissing } from '../../programs/payouts/approvals.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { refusalOf } from '../platforms/testing/open-world.ts';
import { approvePayout, giveUpPayout } from './approve-payout.ts';
import { fundPayouts } from './fund-payouts.ts';
import { reconcilePayout } from './reconcile-payouts.ts';
import { releaseReturned, retryPayout } from './retry-payout.ts';
import { CASH, FLOAT, openPayoutWorld, person, type PayoutWorld } from './testing/payout-world.ts';

const UNCLAIMED = 'payee:per_1:unclaimed:CNY';
const actor = person('opr_a');

describe('paying again what came back (M7)', () => {
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
  const retry = (payoutId: string) => retryPayout(world.deps, { actor, payoutId });
  /** A payout that came back, its payee changed since. */
  const returnedPayout = async (amount = 1_000_00): Promise<Payout> => {
    const { payout } = await world.create({ amount: { amount, currency: 'CNY' } });
    await world.settle();
    world.provider.become(`${payout.id}:1`, 'returned');
    await reconcilePayout(world.deps, payout.id);
    world.movePayee('pye_1', 2);
    return read(payout.id);
  };

  it('waits for cash where others took it meanwhile, and is paid when there is some', async () => {
    const { id } = await returnedPayout();
    // All the cash goes to somebody else.
    await world.ledger.commit({
      id: 'sweep',
      transfers: [
        {
          ...{ id: 'sweep', kind: 'cash_swept', type: 'posted', debit: 'cash:bank_1:CNY', credit: CASH },
          ...{ amount: 5_000_00, effectiveOn: '2026-03-02' },
        },
      ],
    });
    const again = await retry(id);
    assert.deepEqual([again.state, (await read(id)).successorId], ['awaiting_funds', again.id]);
    assert.equal((await retry(id)).id, again.id);
    await world.fund(1_000_00);
    assert.equal((await fundPayouts(world.deps)).funded, 1);
    await world.settle();
    assert.deepEqual([(await read(again.id)).state, await world.balance(UNCLAIMED)], ['paid', 0]);
  });

  it('a linked payout that was voided leaves the money to be paid by the next one', async () => {
    const { id } = await returnedPayout();
    const first = await retry(id);
    await giveUpPayout(world.deps, { actor, payoutId: first.id, reason: 'Not today' });
    const [second, same] = await Promise.all([retry(id), retry(id)]);
    assert.notEqual(second.id, first.id);
    assert.deepEqual([second.id, second.retryOf, (await read(id)).successorId], [same.id, id, second.id]);
    await assert.rejects(releaseReturned(world.deps, { actor, payoutId: id }), refusalOf('payout_not_retryable'));
    await world.settle();
    assert.deepEqual([(await read(second.id)).state, await world.balance(UNCLAIMED)], ['paid', 0]);
  });

  it('a linked payout that was voided leaves the money to be given back', async () => {
    const { id } = await returnedPayout();
    const again = await retry(id);
    await giveUpPayout(world.deps, { actor, payoutId: again.id, reason: 'Nobody is to be paid' });
    await releaseReturned(world.deps, { actor, payoutId: id });
    assert.deepEqual([await world.balance(UNCLAIMED), await world.balance(FLOAT)], [0, -5_000_00]);
    await assert.rejects(retry(id), refusalOf('payout_not_retryable'));
  });

  it('counts what the person was paid since it came back (M8)', async () => {
    const { id } = await returnedPayout(1_500_00);
    const { payout: other } = await world.create({ amount: { amount: 1_500_00, currency: 'CNY' } });
    assert.equal(approvalsMissing(other), 0);
    const again = await retry(id);
    assert.deepEqual([again.countedAmount, again.state], [3_000_00, 'awaiting_approval']);
  });

  it('is approved as little by who decided the first one as by who tries again (M8)', async () => {
    const { id } = await returnedPayout(1_500_00);
    await world.create({ amount: { amount: 1_500_00, currency: 'CNY' } });
    const { id: payoutId, binding } = await retry(id);
    for (const name of ['opr_creator', 'opr_a']) {
      const approval = approvePayout(world.deps, { actor: person(name), payoutId, binding });
      await assert.rejects(approval, refusalOf('approver_refused'));
    }
    assert.equal((await approvePayout(world.deps, { actor: person('opr_b'), payoutId, binding })).state, 'ready');
  });
});
