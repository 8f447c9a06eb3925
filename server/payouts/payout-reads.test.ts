import assert from 'node:assert/strict';
import { PAYOUT_STATES, type PayoutState } from '../../programs/payouts/payout-states.ts';
import { draftPayout, HOUR, NOW } from '../../programs/payouts/testing/draft-payout.ts';
import { openModels, type Models } from '../database/models.ts';
import { assertLean, profileReads } from '../database/testing/profile-reads.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { listPayouts, type ListPayouts } from './list-payouts.ts';
import { mongoPayoutStore } from './mongo-payout-store.ts';
import type { PayoutStore } from './payout-deps.ts';
import { insertPayout, PAYOUT_COUNTERS, PAYOUTS } from './payout-document.ts';

const EACH_STATE = 30;

describe('reads of payouts look at nothing but what they find', () => {
  const database = useTestDatabase();
  let models: Models;
  let store: PayoutStore;
  before(async () => {
    models = openModels(database.connection);
    store = mongoPayoutStore(models);
    const states = Object.keys(PAYOUT_STATES).filter(isState);
    const documents = Array.from({ length: EACH_STATE * states.length }, (_, at) => {
      const state = states[at % states.length] ?? assert.fail();
      const round = Math.floor(at / states.length);
      const who = { payeeId: `pye_${round % 3}`, holderId: `per_${round % 3}` };
      const payout = draftPayout({ id: `pyo_${at}`, businessKey: `key-${at}`, claimId: `clm_${at % 50}` }, who);
      const waits = { nextAt: NOW + (round - EACH_STATE / 2) * HOUR, decidedAt: NOW - round * HOUR };
      const write = insertPayout({ ...payout, ...waits, state });
      return write.kind === 'update' ? assert.fail() : write.document;
    });
    await database.db.collection<{ _id: string }>(PAYOUTS).insertMany(documents);
    await models.payoutCounters.insertMany([0, 1, 2].map((at) => ({ _id: `per_${at}`, version: 1 })));
  });

  /** Answers how many were found. */
  const lean = async (work: () => Promise<readonly unknown[]>): Promise<number> => {
    let found = 0;
    assertLean(await profileReads(database, [PAYOUTS], async () => (found = (await work()).length)));
    return found;
  };
  const list = (asked: Omit<ListPayouts, 'limit'> = {}) => lean(() => listPayouts({ models }, { ...asked, limit: 5 }));

  it('what is due, and what is to be asked of its provider', async () => {
    assert.equal(await lean(() => store.due(NOW, 10)), 10);
    assert.equal(await lean(() => store.toReconcile(NOW, 10)), 10);
    assert.equal(await lean(() => store.due(NOW - 100 * HOUR, 10)), 0);
  });

  it('what awaits funds, page by page', async () => {
    assert.equal(await lean(() => store.awaitingFunds(undefined, 10)), 10);
    assert.equal(await lean(() => store.awaitingFunds({ decidedAt: NOW - 20 * HOUR, id: 'pyo_0' }, 10)), 10);
  });

  it('what waits for a payee, however much was paid to it', async () => {
    assert.equal(await lean(() => store.waitingFor('pye_1', 15)), 15);
    assert.equal(await lean(() => store.waitingFor('pye_none', 15)), 0);
  });

  it('what counts together is added up in the index', async () => {
    const group = {
      holderId: 'per_1',
      claimId: null,
      since: NOW - 1_000 * HOUR,
      currency: 'CNY',
      counterIds: ['per_1'],
    };
    const reads = await profileReads(database, [PAYOUTS, PAYOUT_COUNTERS], () => store.counted(group));
    assert.equal((await store.counted(group)).total, 10 * 10 * 10_00);
    assertLean(reads);
  });

  it('every list', async () => {
    const after = [NOW - 10 * HOUR, 'pyo_0'] as const;
    for (const page of [{}, { after }]) {
      assert.equal(await list(page), 6);
      assert.equal(await list({ ...page, state: 'paid' }), 6);
      assert.equal(await list({ ...page, payeeId: 'pye_1' }), 6);
      assert.equal(await list({ ...page, payeeId: 'pye_1', state: 'paid' }), 6);
      assert.ok((await list({ ...page, claimId: 'clm_1' })) > 0);
    }
  });
});

const isState = (name: string): name is PayoutState => Object.hasOwn(PAYOUT_STATES, name);
