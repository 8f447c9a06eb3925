import assert from 'node:assert/strict';
import type { Document } from 'mongodb';
import type { Payout } from '../../programs/payouts/payout.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { MemoryLedger } from '../ledger/testing/memory-ledger.ts';
import { fundPayouts } from './fund-payouts.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { PAYOUT_COUNTERS, PAYOUTS, payoutOf, type PayoutDocument } from './payout-document.ts';
import { recordPayoutOutcome } from './record-payout-outcome.ts';
import { retryPayout } from './retry-payout.ts';
import { sendDuePayouts } from './send-due-payouts.ts';
import { openPayoutWorld, person, type PayoutWorld } from './testing/payout-world.ts';

const AT_ONCE = 20;
/** Thirteen of them are 1950.00, which the machine may pay; the fourteenth makes 2100.00 (T1 is 2000.00). */
const EACH = 150_00;
const EACH_COUNTED_ONCE = Array.from({ length: AT_ONCE }, (_, at) => (at + 1) * EACH);

describe('payouts to one person that are made in one moment count each other (M8)', () => {
  const database = useTestDatabase();
  let world: PayoutWorld;
  beforeEach(async () => {
    const collections = [PAYOUTS, PAYOUT_COUNTERS, 'ledger_accounts', 'ledger_transfers', 'ledger_refusals', 'events'];
    await Promise.all(collections.map((name) => database.db.collection(name).deleteMany({})));
    world = openPayoutWorld(database);
  });
  afterEach(() => assertBooks({ database, clock: world.clock }));

  const makeAtOnce = async (of: (at: number) => PayoutDeps): Promise<readonly Payout[]> => {
    const made = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, at) =>
        world.createWith(of(at), {
          businessKey: `at-once-${at}`,
          amount: { amount: EACH, currency: 'CNY' },
        }),
      ),
    );
    assert.ok(made.every(({ created }) => created));
    return made.map(({ payout }) => payout).sort((a, b) => a.countedAmount - b.countedAmount);
  };
  const countsOf = (payouts: readonly Payout[]) => payouts.map(({ countedAmount }) => countedAmount);
  const inState = (payouts: readonly Payout[], state: string) => payouts.filter((each) => each.state === state).length;

  it('twenty at once by two processes: the machine pays up to T1, a person decides on the rest', async () => {
    await world.fund(10_000_00);
    const processes = [world.deps, openPayoutWorld(database).deps];
    const made = await makeAtOnce((at) => processes[at % 2] ?? assert.fail());
    assert.deepEqual(countsOf(made), EACH_COUNTED_ONCE);
    assert.deepEqual([inState(made, 'ready'), inState(made, 'awaiting_approval')], [13, 7]);
  });

  it('a hundred at once wait for each other, and none is refused', async () => {
    await world.fund(100_00);
    const made = await Promise.all(
      Array.from({ length: 100 }, () => world.create({ amount: { amount: 1_00, currency: 'CNY' } })),
    );
    const counts = made.map(({ payout }) => payout.countedAmount).sort((a, b) => a - b);
    assert.deepEqual(
      counts,
      made.map((_, at) => (at + 1) * 1_00),
    );
  });

  it('the same where the money lacks, and is there later', async () => {
    assert.deepEqual(countsOf(await makeAtOnce(() => world.deps)), EACH_COUNTED_ONCE);
    await world.fund(10_000_00);
    assert.equal((await fundPayouts(world.deps)).funded, AT_ONCE);
    const funded = (await world.models.payouts.find().lean()).map(payoutOf);
    assert.deepEqual([inState(funded, 'ready'), inState(funded, 'awaiting_approval')], [13, 7]);
  });

  it('the same with a ledger and a store in memory', async () => {
    const ledger = new MemoryLedger(world.clock);
    const common = { kind: 'opening_balance', type: 'posted', amount: 10_000_00, effectiveOn: '2026-03-02' } as const;
    await ledger.commit({
      id: 'opening',
      transfers: [
        { ...common, id: 'opening:float', debit: 'world:test:CNY', credit: 'carrier:car_1:claims_float:CNY' },
        { ...common, id: 'opening:cash', debit: 'cash:stripe:CNY', credit: 'world:test:CNY' },
      ],
    });
    const stored = () => [...ledger.documents.collection(PAYOUTS).values()].filter(isPayout).map(payoutOf);
    const payouts: PayoutDeps['payouts'] = {
      ...world.deps.payouts,
      byId: async (id) => stored().find((payout) => payout.id === id),
      counted: async ({ counterIds }) => ({
        versions: new Map(
          counterIds.map((id) => [id, Number(ledger.documents.get(`${PAYOUT_COUNTERS}/${id}`)?.['version'] ?? 0)]),
        ),
        total: stored().reduce((sum, { amount }) => sum + amount.amount, 0),
      }),
    };
    const made = await makeAtOnce(() => ({ ...world.deps, ledger, payouts }));
    assert.deepEqual(countsOf(made), EACH_COUNTED_ONCE);
    assert.deepEqual([inState(made, 'ready'), inState(made, 'awaiting_approval')], [13, 7]);
  });

  it('those of one claim count together, whoever they go to, an organisation too', async () => {
    await world.fund(10_000_00);
    const organisation = { ...(world.payees.get('pye_3') ?? assert.fail()), holderId: 'prv_1' };
    world.payees.set('pye_3', organisation);
    const amount = { amount: 900_00, currency: 'CNY' };
    const make = (payeeId: string, claimId: string) => world.create({ payeeId, claimId, amount });
    const made = [await make('pye_1', 'clm_1'), await make('pye_2', 'clm_1'), await make('pye_3', 'clm_1')];
    assert.deepEqual(
      made.map(({ payout }) => [payout.countedAmount, payout.state]),
      [
        [900_00, 'ready'],
        [1_800_00, 'ready'],
        [2_700_00, 'awaiting_approval'],
      ],
    );
    const { payout: linked } = await make('pye_1', 'clm_2');
    assert.equal(linked.countedAmount, 1_800_00, 'with the linked claim of the person');
    const { payout: both } = await make('pye_2', 'clm_1');
    assert.equal(both.countedAmount, 4 * 900_00, 'what is of the person and of the claim counts once');
    const { payout: other } = await make('pye_3', 'clm_3');
    assert.equal(other.countedAmount, 900_00);
  });

  it('those of one claim to many at once count each other', async () => {
    await world.fund(10_000_00);
    const payees = ['pye_1', 'pye_2', 'pye_3'];
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        world.create({ payeeId: payees[at % 3] ?? '', claimId: 'clm_1', amount: { amount: EACH, currency: 'CNY' } }),
      ),
    );
    const counts = countsOf(made.map(({ payout }) => payout)).sort((a, b) => a - b);
    assert.deepEqual(counts, EACH_COUNTED_ONCE.slice(0, 12));
  });

  it('one key asked for many times beside others is one payout, counted once', async () => {
    await world.fund(10_000_00);
    const same = { businessKey: 'same', amount: { amount: EACH, currency: 'CNY' } };
    const [repeated] = await Promise.all([
      Promise.all(Array.from({ length: 10 }, () => world.create(same))),
      makeAtOnce(() => world.deps),
    ]);
    assert.equal(repeated.filter(({ created }) => created).length, 1);
    const all = (await world.models.payouts.find().lean()).map(payoutOf);
    assert.equal(Math.max(...countsOf(all)), (AT_ONCE + 1) * EACH);
  });

  it('what is paid again after a return counts what was decided meanwhile', async () => {
    await world.fund(10_000_00);
    const amount = { amount: 1_500_00, currency: 'CNY' };
    const { payout: first } = await world.create({ amount });
    await sendDuePayouts(world.deps);
    const payout = world.provider.become(`${first.id}:1`, 'returned');
    const fact = { kind: 'payout_changed', provider: 'stripe', factId: 'f', occurredAt: world.clock.now() } as const;
    await recordPayoutOutcome(world.deps, { ...fact, providerRef: payout.providerRef, payout });
    assert.equal((await world.create({ amount })).payout.state, 'ready', 'what came back does not count');
    world.movePayee('pye_1', 2);
    const again = await retryPayout(world.deps, { actor: person('opr_creator'), payoutId: first.id });
    assert.deepEqual([again.countedAmount, again.state], [3_000_00, 'awaiting_approval']);
    assert.equal((await retryPayout(world.deps, { actor: person('opr_x'), payoutId: first.id })).id, again.id);
  });
});

const isPayout = (document: Document): document is PayoutDocument => typeof document['_id'] === 'string';
