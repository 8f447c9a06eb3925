import assert from 'node:assert/strict';
import { local } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { fakeCollector } from '../invoices/testing/fake-collector.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import type { World } from '../platforms/testing/open-world.ts';
import type { Services } from '../services.ts';
import { collectDebts } from './collect-debts.ts';
import { availableIn, depositAccount, owedBy } from './deposit-accounts.ts';
import { openEnvelope } from './open-envelope.ts';
import { recordTopUpReversal } from './record-top-up-reversal.ts';
import { settleEnvelope } from './settle-envelope.ts';
import { settleEnvelopes } from './settle-envelopes.ts';
import {
  clearPrepaid,
  CURRENCY,
  fillDeposit,
  openPrepaid,
  openProcess,
  PLATFORM,
  storeTopUp,
} from './testing/open-prepaid.ts';

const WHICH = { platformId: PLATFORM, currency: CURRENCY };

describe('what a platform owes, and its deposit gets back', () => {
  const database = useTestDatabase();
  let world: World;
  let services: Services;
  before(async () => {
    world = await openPrepaid(database);
  });
  beforeEach(async () => {
    await clearPrepaid(world.services);
    world.clock.set(local('12:00'));
    services = { ...world.services, payments: { bank_file: fakeCollector() } };
    await storeTopUp(services, 'paid');
  });
  afterEach(async () => assertBooks(services));

  const stands = async () => ({
    deposit: await availableIn(services, depositAccount(PLATFORM, CURRENCY)),
    owed: await owedBy(services, WHICH),
  });
  /** A top-up is taken back while so much of it lies in an envelope; then that comes back unspent. */
  async function takeBackAround(inEnvelope: number): Promise<void> {
    await fillDeposit(world.services, 'in', 3_000);
    const held = await openEnvelope(services, { ...WHICH, amount: inEnvelope, owner: 'one' });
    await recordTopUpReversal(services, {
      ...{ kind: 'payment_reversed', provider: 'bank_file', factId: 'r1', providerRef: 'r1', cause: 'refund' },
      of: { topUpId: 'top_1', platformId: PLATFORM },
      amount: { amount: 3_000, currency: CURRENCY },
      occurredAt: world.clock.now(),
    });
    const envelope = await services.models.envelopes.findById(held?.id).lean();
    assert.ok(envelope && (await settleEnvelope(services, envelope)));
    assert.deepEqual(await stands(), { deposit: inEnvelope, owed: inEnvelope });
  }

  it('pays it with what envelopes bring back, once, whoever collects at once', async () => {
    await takeBackAround(1_200);
    const other = await openProcess(world);
    const collected = await Promise.all([services, other, services].map((each) => collectDebts(each)));
    await other.close();
    assert.equal(
      collected.reduce((sum, { debts }) => sum + debts, 0),
      1,
    );
    assert.deepEqual(await stands(), { deposit: 0, owed: 0 });
    assert.deepEqual(await collectDebts(services), { debts: 0, failed: 0 });
  });

  it('is done by the job that settles envelopes', async () => {
    await takeBackAround(1_200);
    await settleEnvelopes(services, { now: world.clock.now() });
    assert.deepEqual(await stands(), { deposit: 0, owed: 0 });
  });

  it('takes what is there when the commit comes, and the rest another time', async () => {
    await takeBackAround(1_200);
    const { ledger } = services;
    let isTaken = false;
    const hurried: Services = {
      ...services,
      ledger: {
        async commit(unit) {
          if (!isTaken) {
            isTaken = true;
            await openEnvelope(services, { ...WHICH, amount: 900, owner: 'two' });
          }
          return ledger.commit(unit);
        },
        commitWithin: (session, units) => ledger.commitWithin(session, units),
        drain: () => ledger.drain(),
      },
    };
    assert.deepEqual(await collectDebts(hurried), { debts: 1, failed: 0 });
    assert.deepEqual(await stands(), { deposit: 0, owed: 900 });
    assert.equal(await services.models.ledgerRefusals.countDocuments(), 1);
    await fillDeposit(world.services, 'credited', 1_000);
    assert.deepEqual(await collectDebts(services), { debts: 1, failed: 0 });
    assert.deepEqual(await stands(), { deposit: 100, owed: 0 });
  });
});
