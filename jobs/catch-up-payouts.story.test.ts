import assert from 'node:assert/strict';
import { useTestDatabase } from '../server/database/testing/test-database.ts';
import { assertBooks } from '../server/ledger/testing/assert-books.ts';
import { openWorld, OPERATOR, type World } from '../server/platforms/testing/open-world.ts';
import { createPayee } from '../server/payees/set-payee.ts';
import { verifyPayee } from '../server/payees/verify-payee.ts';
import { createPayout } from '../server/payouts/create-payout.ts';
import { openPayouts } from '../server/payouts/open-payouts.ts';
import { runSender } from '../server/payouts/run-sender.ts';
import { readableTestProvider, type TestProvider } from '../server/payouts/testing/test-provider.ts';
import type { Services } from '../server/services.ts';
import { tickOnce, tickRepeatedly } from './testing/tick-repeatedly.ts';

const HOUR_MS = 3_600_000;
const FLOAT = 'carrier:car_x:claims_float:CNY';

/** Money out, with Agenda late, doubled and wiped. */
describe('catching up with payouts', () => {
  const database = useTestDatabase();
  let world: World;
  let services: Services;
  let provider: TestProvider;
  let payeeId: string;
  before(async () => {
    world = await openWorld(database);
    const readable = readableTestProvider(() => world.clock.now());
    provider = readable.provider;
    services = { ...world.services, payments: { stripe: readable.readable } };
    const destination = { kind: 'connected_account', accountId: 'acct_1' } as const;
    const holder = { kind: 'carrier', id: 'car_x' } as const;
    const payee = await createPayee(services, { actor: OPERATOR, holder, relation: 'carrier', destination });
    payeeId = payee._id;
    const verifier = { ...OPERATOR, operatorId: 'opr_other' };
    const seen = { payeeId, version: 1, method: 'document' } as const;
    await verifyPayee(services, openPayouts(services), { actor: verifier, ...seen });
    world.clock.advance(24 * HOUR_MS);
  });
  afterEach(() => assertBooks(services));

  const decide = (businessKey: string) =>
    createPayout(openPayouts(services), {
      ...{ actor: OPERATOR, businessKey, payeeId, fundingAccount: FLOAT, statementText: 'PARASOL' },
      amount: { amount: 100, currency: 'CNY' },
    });
  const fund = (id: string, amount: number) => {
    const common = { kind: 'opening_balance', type: 'posted', amount, effectiveOn: '2026-03-02' } as const;
    return services.ledger.commit({
      id,
      transfers: [
        { ...common, id: `${id}:float`, debit: 'world:test:CNY', credit: FLOAT },
        { ...common, id: `${id}:cash`, debit: 'cash:stripe:CNY', credit: 'world:test:CNY' },
      ],
    });
  };
  const tick = (name: string) => tickOnce(services, name);
  const tickManyTimes = (name: string) => tickRepeatedly(services, name);
  const states = async () => {
    const found = await services.models.payouts.find({}, { state: 1 }).lean();
    return [...new Set(found.map(({ state }) => state))];
  };

  describe('send-payouts', () => {
    it('after days without anybody: what lacked money is reserved in order, and all is sent once', async () => {
      for (let n = 0; n < 150; n++) {
        await decide(`late-${n}`);
        world.clock.advance(60_000);
      }
      assert.deepEqual(await states(), ['awaiting_funds']);
      await fund('first', 150_00);
      world.clock.advance(72 * HOUR_MS);
      const sum = await tickManyTimes('send-payouts');
      assert.deepEqual([sum('paid'), sum('failed')], [150, 0]);
      assert.deepEqual(await states(), ['paid']);
      assert.equal(provider.effects.size, 150);
    });
  });

  describe('reconcile-payouts', () => {
    it('after days without anybody: what was ambiguous is found, or goes out under the same key', async () => {
      await fund('second', 100_00);
      const before = provider.effects.size;
      for (let n = 0; n < 20; n++) await decide(`lost-${n}`);
      provider.faults = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? 'lost_after' : 'lost_before'));
      await tick('send-payouts');
      assert.deepEqual(new Set(await states()), new Set(['paid', 'unknown']));
      world.clock.advance(15 * HOUR_MS);
      const sum = await tickManyTimes('reconcile-payouts');
      assert.deepEqual([sum('settled'), sum('absent'), sum('failed')], [10, 10, 0]);
      await tickManyTimes('send-payouts');
      assert.deepEqual(await states(), ['paid']);
      assert.equal(provider.effects.size, before + 20);
    });
  });

  describe('a sender', () => {
    it('does without ticks, and stops when told', async () => {
      await fund('third', 100_00);
      const sender = runSender(openPayouts(services), { pollMs: 5 });
      provider.faults = ['lost_after'];
      await Promise.all(Array.from({ length: 30 }, (_, n) => decide(`run-${n}`)));
      for (let wait = 0; wait < 500 && (await services.models.payouts.exists({ state: { $ne: 'paid' } })); wait++) {
        world.clock.advance(1_000);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await sender.stop();
      assert.deepEqual(await states(), ['paid']);
      await decide('after');
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.deepEqual(new Set(await states()), new Set(['paid', 'ready']));
    });
  });
});
