import assert from 'node:assert/strict';
import { Refusal } from '../../programs/refusal.ts';
import { useTestApi } from '../http/testing/test-api.ts';
import { applyDueFacts } from './apply-due-facts.ts';
import { FACT_APPLIERS, type FactAppliers } from './apply-fact.ts';
import type { PaymentFact } from './payment-fact.ts';
import { recordFacts } from './record-facts.ts';

const CNY = (amount: number) => ({ amount, currency: 'CNY' });
const FACT: PaymentFact = {
  ...{ kind: 'payment_settled', provider: 'stripe', factId: 'stripe:txn_1:settled', providerRef: 'txn_1' },
  ...{ occurredAt: 0, gross: CNY(500), fee: CNY(0) },
};

describe('two runs over the same facts', () => {
  const test = useTestApi();
  const services = () => test.api.services;
  const now = () => test.api.clock.now();
  const appliedBy = (apply: () => Promise<void>): FactAppliers => ({ ...FACT_APPLIERS, payment_settled: apply });
  const refusing = appliedBy(() => Promise.reject(new Refusal('conflict', 'cash_not_there', 'Too early.')));
  const run = (appliers: FactAppliers) => applyDueFacts(services(), { now: now(), appliers });
  const stateOf = async () => {
    const fact = await services().models.paymentFacts.findById(FACT.factId).lean();
    const exception = await services().models.paymentExceptions.findOne().lean();
    return [fact?.state, fact?.tries, exception?.state];
  };
  beforeEach(async () => {
    await services().models.paymentFacts.deleteMany({});
    await services().models.paymentExceptions.deleteMany({});
    await recordFacts(services(), [FACT], { source: 'reading', now: now() });
  });

  it('one of them books it, and the other leaves it alone', async () => {
    let calls = 0;
    const booking = appliedBy(async () => {
      calls += 1;
      assert.deepEqual(await run(refusing), { applied: 0, refused: 0 });
    });
    assert.deepEqual(await run(booking), { applied: 1, refused: 0 });
    assert.deepEqual([calls, await stateOf()], [1, ['applied', 0, undefined]]);
  });

  it('one that died over it is followed by the next after a minute', async () => {
    const died = new Error('dead');
    const dying = appliedBy(async () => {
      // What a process leaves that dies here: a claim.
      const { claimedUntil } = (await services().models.paymentFacts.findById(FACT.factId).lean()) ?? {};
      assert.equal(claimedUntil?.getTime(), now() + 60_000);
      throw died;
    });
    await run(dying);
    await services().models.paymentFacts.updateOne(
      { _id: FACT.factId },
      { $set: { dueAt: new Date(now()), tries: 0, claimedUntil: new Date(now() + 60_000) } },
    );
    assert.deepEqual(await run(appliedBy(async () => undefined)), { applied: 0, refused: 0 });
    test.api.clock.advance(60_000);
    assert.deepEqual(await run(appliedBy(async () => undefined)), { applied: 1, refused: 0 });
  });

  it('one whose minute is over tells of no trouble when the other has booked it', async () => {
    const slow = appliedBy(async () => {
      test.api.clock.advance(60_000);
      assert.deepEqual(await run(appliedBy(async () => undefined)), { applied: 1, refused: 0 });
      throw new Refusal('conflict', 'cash_not_there', 'Booked already.');
    });
    await run(slow);
    assert.deepEqual(await stateOf(), ['applied', 0, undefined]);
  });

  it('what was refused before and is booked now has no open exception', async () => {
    await run(refusing);
    assert.deepEqual(await stateOf(), ['due', 1, 'open']);
    test.api.clock.advance(3_600_000);
    await run(appliedBy(async () => undefined));
    assert.deepEqual(await stateOf(), ['applied', 1, 'resolved']);
  });

  it('an exception that ended by itself and is so again is open again', async () => {
    await run(refusing);
    test.api.clock.advance(3_600_000);
    await run(appliedBy(async () => undefined));
    await services().models.paymentFacts.updateOne({ _id: FACT.factId }, { $set: { state: 'due' } });
    await run(refusing);
    assert.deepEqual(await stateOf(), ['due', 2, 'open']);
    const exception = await services().models.paymentExceptions.findOne().lean();
    assert.deepEqual([exception?.openedAt.getTime(), exception?.resolution], [now(), undefined]);
  });

  it('a person who tries it anew meanwhile is told so', async () => {
    await run(refusing);
    const token = await test.api.addOperatorKey('opr_cashier');
    const exception = await services().models.paymentExceptions.findOne().lean();
    const tryAnew = async () => {
      const { status, text } = await test.api
        .call('post', `/v1/payments/exceptions/${exception?._id}/resolve`, token)
        .send({ how: 'try_anew', note: 'there is cash now' });
      return [status, /"code":"(\w+)"/.exec(text)?.[1]];
    };
    test.api.clock.advance(3_600_000);
    await run(appliedBy(async () => assert.deepEqual(await tryAnew(), [409, 'fact_still_refused'])));
    const { decision } = (await services().models.paymentFacts.findById(FACT.factId).lean()) ?? {};
    assert.equal(decision, 1);
  });
});
