import assert from 'node:assert/strict';
import fc from 'fast-check';
import Stripe from 'stripe';
import { booksOf } from './books.ts';
import type { FaultRule } from './faults.ts';
import { DAY_MS, play, recipientWith, send } from './testing/play.ts';

type Played = ReturnType<typeof play>;

const transfer = (stripe: Stripe, idempotencyKey: string, amount = 1_000, destination = 'acct_sandbox_ok') =>
  stripe.transfers.create({ amount, currency: 'cny', destination, transfer_group: 'pyo_1' }, { idempotencyKey });

/** The outcome as a word: an id, or what went wrong. */
async function outcomeOf(call: Promise<{ id: string }>): Promise<string> {
  try {
    return (await call).id;
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    return error.code ?? (error.statusCode === undefined ? error.type : `${error.statusCode} ${error.rawType ?? ''}`);
  }
}

describe('sandbox: idempotency', () => {
  it('v1: the same key and parameters give the same answer, marked as a repetition', async () => {
    const { core, stripe, fund } = play();
    fund(10_000);
    const first = await transfer(stripe, 'k');
    const second = await transfer(stripe, 'k');
    assert.deepEqual({ ...second }, { ...first });
    assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
    assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal(core.store.size('transfer'), 1);
  });

  it('other parameters under the same key are refused in both versions', async () => {
    const { stripe, fund } = play();
    fund(10_000);
    const to = await recipientWith(stripe);
    await transfer(stripe, 'k', 1_000);
    await send(stripe, to, { value: 1_000, key: 'k' });
    for (const other of [transfer(stripe, 'k', 1_001), send(stripe, to, { value: 1_001, key: 'k' })]) {
      await assert.rejects(other, (error: unknown) => {
        assert(error instanceof Stripe.errors.StripeIdempotencyError);
        assert.equal(error.statusCode, 400);
        return true;
      });
    }
  });

  for (const { title, keptMs, call } of [
    { title: 'v1: 24 hours', keptMs: DAY_MS, call: (stripe: Stripe) => transfer(stripe, 'k') },
    {
      title: 'v2: 30 days',
      keptMs: 30 * DAY_MS,
      call: (stripe: Stripe, to: Awaited<ReturnType<typeof recipientWith>>) =>
        send(stripe, to, { value: 1_000, key: 'k' }),
    },
  ]) {
    it(`${title}, and then the same key is a new request`, async () => {
      const { stripe, fund, pass } = play();
      fund(10_000);
      const to = await recipientWith(stripe);
      const first = await call(stripe, to);
      pass(keptMs);
      assert.equal((await call(stripe, to)).id, first.id);
      pass(1);
      assert.notEqual((await call(stripe, to)).id, first.id);
    });
  }

  it('v1 keeps an error of work that had begun, and not one of wrong parameters', async () => {
    const { stripe, fund } = play();
    assert.equal(await outcomeOf(transfer(stripe, 'poor')), 'balance_insufficient');
    assert.equal(await outcomeOf(transfer(stripe, 'wrong', 0)), 'parameter_invalid');
    fund(10_000);
    assert.equal(await outcomeOf(transfer(stripe, 'poor')), 'balance_insufficient');
    assert.match(await outcomeOf(transfer(stripe, 'wrong', 5)), /^tr_/);
    assert.match(await outcomeOf(transfer(stripe, 'poor-2')), /^tr_/);
  });

  it('while the first one runs its twin gets 409, and afterwards its answer', async () => {
    const { core, stripe, fund, pass } = play();
    fund(10_000);
    core.orderFaults([{ operation: 'transfers.create', phase: 'after', kind: 'slow', times: 1, delayMs: 700 }]);
    const first = await transfer(stripe, 'k');
    pass(699);
    assert.equal(await outcomeOf(transfer(stripe, 'k')), 'idempotency_key_in_use');
    pass(1);
    assert.equal(await outcomeOf(transfer(stripe, 'k')), first.id);
  });
});

describe('sandbox: faults', () => {
  const payouts = {
    v1: (stripe: Stripe, _to: { recipient: string; payoutMethod: string }, key: string) => transfer(stripe, key),
    v2: (stripe: Stripe, to: { recipient: string; payoutMethod: string }, key: string) =>
      send(stripe, to, { value: 1_000, key }),
  };

  const ready = async (): Promise<Played & { to: Awaited<ReturnType<typeof recipientWith>> }> => {
    const played = play();
    played.fund(1_000_000);
    return { ...played, to: await recipientWith(played.stripe) };
  };

  // What the caller sees, how much moved by then, and what a second try with the same key and then with another one shows.
  for (const [version, phase, kind, seen, moved, sameKey, movedByThen] of [
    ['v1', 'before', 'timeout', 'StripeConnectionError', 0, 'made', 1],
    ['v1', 'before', '500', '500 api_error', 0, '500 api_error', 0],
    ['v1', 'before', '409', 'idempotency_key_in_use', 0, 'made', 1],
    ['v1', 'before', '429', 'rate_limit', 0, 'made', 1],
    ['v1', 'after', 'timeout', 'StripeConnectionError', 1, 'made', 1],
    ['v1', 'after', '500', '500 api_error', 1, '500 api_error', 1],
    ['v1', 'after', '409', 'idempotency_key_in_use', 1, 'made', 1],
    ['v1', 'after', '429', 'rate_limit', 1, 'made', 1],
    ['v2', 'before', 'timeout', 'StripeConnectionError', 0, 'made', 1],
    ['v2', 'before', '500', '500 api_error', 0, 'made', 1],
    ['v2', 'after', 'timeout', 'StripeConnectionError', 1, 'made', 1],
    ['v2', 'after', '500', '500 api_error', 1, 'made', 1],
  ] as const) {
    it(`${version}, ${kind} ${phase} the effect: ${seen}; same key: ${sameKey}; another key: one more`, async () => {
      const { core, stripe, to } = await ready();
      const movedNow = (): number => booksOf(core.store).sentByPayout.pyo_1 ?? 0;
      core.orderFaults([{ operation: '*', phase, kind, times: 1 }]);
      const pay = payouts[version];
      assert.equal(await outcomeOf(pay(stripe, to, 'k')), seen);
      assert.equal(movedNow(), moved);
      const again = await outcomeOf(pay(stripe, to, 'k'));
      assert.equal(/^(tr|obp)_/.test(again) ? 'made' : again, sameKey);
      assert.equal(movedNow(), movedByThen);
      // A new key is a new payment: this is what a careless caller does, and what the books must show.
      await pay(stripe, to, 'another');
      assert.equal(movedNow(), movedByThen + 1);
      assert.deepEqual(booksOf(core.store).doubled, movedByThen === 1 ? ['pyo_1'] : []);
      assert.deepEqual(booksOf(core.store).breaches, []);
    });
  }

  it('hit only the operation that they name, as often as they say', async () => {
    const { core, stripe, to } = await ready();
    core.orderFaults([{ operation: 'transfers.*', phase: 'before', kind: '429', times: 2 }]);
    assert.match(await outcomeOf(send(stripe, to)), /^obp_/);
    const outcomes = [];
    for (let n = 0; n < 4; n++) outcomes.push(await outcomeOf(transfer(stripe, `k${n}`)));
    assert.deepEqual(
      outcomes.map((outcome) => outcome.slice(0, 3)),
      ['rat', 'rat', 'tr_', 'tr_'],
    );
  });

  it('whatever goes wrong, one key moves money at most once, and the books add up', async () => {
    const rule = fc.record({
      operation: fc.constant('*'),
      phase: fc.constantFrom('before', 'after'),
      kind: fc.constantFrom('timeout', '500', '409', '429', 'slow'),
      probability: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    }) satisfies fc.Arbitrary<FaultRule>;
    const call = fc.record({
      version: fc.constantFrom('v1', 'v2'),
      key: fc.constantFrom('a', 'b', 'c'),
      passMs: fc.constantFrom(0, 100, 2_000, 3_600_000),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(rule, { maxLength: 3 }),
        fc.array(call, { minLength: 1, maxLength: 25 }),
        async (rules, calls) => {
          const { core, stripe, to, pass } = await ready();
          core.orderFaults(rules);
          for (const { version, key, passMs } of calls) {
            await outcomeOf(payouts[version](stripe, to, key));
            pass(passMs);
          }
          const { effects, breaches } = booksOf(core.store);
          const keys = effects.map(({ kind, idempotencyKey }) => `${kind} ${idempotencyKey}`);
          assert.equal(new Set(keys).size, keys.length);
          assert.deepEqual(breaches, []);
        },
      ),
      { numRuns: 60 },
    );
  });
});
