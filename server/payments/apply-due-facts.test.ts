import assert from 'node:assert/strict';
import { Refusal } from '../../programs/refusal.ts';
import { useTestApi } from '../http/testing/test-api.ts';
import type { LedgerUnit } from '../ledger/ledger.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { applyDueFacts, mendBookedFacts } from './apply-due-facts.ts';
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
  let token = '';
  before(async () => {
    token = await test.api.addOperatorKey('opr_cashier');
  });
  afterEach(() => assertBooks(services()));
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

  const resolve = async (how: string) => {
    const exception = await services().models.paymentExceptions.findOne().lean();
    const { status, text } = await test.api
      .call('post', `/v1/payments/exceptions/${exception?._id}/resolve`, token)
      .send({ how, note: 'looked into it' });
    return [status, /"code":"(\w+)"/.exec(text)?.[1]];
  };

  for (const how of ['try_anew', 'booked_by_hand']) {
    it(`a person who ends it by ${how} while it is booked is told to look again`, async () => {
      await run(refusing);
      test.api.clock.advance(3_600_000);
      await run(appliedBy(async () => assert.deepEqual(await resolve(how), [409, 'fact_still_refused'])));
      const fact = await services().models.paymentFacts.findById(FACT.factId).lean();
      assert.deepEqual([fact?.decision, fact?.state], [1, 'applied']);
    });
  }

  it('what was booked without our hearing of it is booked no second time, and its exception ends', async () => {
    await run(refusing);
    test.api.clock.advance(3_600_000);
    const { ledger } = services();
    const unheard = {
      ...services(),
      ledger: {
        ...ledger,
        commit: async (unit: LedgerUnit) => {
          await ledger.commit(unit);
          throw new Refusal('unavailable', 'ledger_unavailable', 'The answer was lost.');
        },
      },
    };
    assert.deepEqual(await applyDueFacts(unheard, { now: now() }), { applied: 0, refused: 1 });
    assert.deepEqual(await stateOf(), ['applied', 1, 'open']);
    assert.deepEqual(await resolve('try_anew'), [409, 'exception_has_no_fact']);
    assert.deepEqual(await resolve('booked_by_hand'), [409, 'fact_still_refused']);
    assert.equal(await mendBookedFacts(services(), { now: now() }), 1);
    assert.deepEqual(await stateOf(), ['applied', 1, 'resolved']);
    assert.equal(await services().models.transfers.countDocuments({ kind: 'clearing_settled' }), 1);
  });
});
