import assert from 'node:assert/strict';
import { useTestApi } from '../http/testing/test-api.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { applyDueFacts } from './apply-due-facts.ts';
import { FACT_APPLIERS } from './apply-fact.ts';
import { openException } from './exceptions.ts';
import type { PaymentFact } from './payment-fact.ts';
import { recordFacts } from './record-facts.ts';

const CNY = (amount: number) => ({ amount, currency: 'CNY' });

describe('payment exceptions', () => {
  const test = useTestApi();
  let token = '';
  before(async () => {
    token = await test.api.addOperatorKey('opr_cashier');
  });
  beforeEach(async () => {
    await test.api.services.models.paymentExceptions.deleteMany({});
    await test.api.services.models.paymentFacts.deleteMany({});
  });
  const services = () => test.api.services;
  const now = () => test.api.clock.now();

  /** A refund of more cash than there is. */
  async function refusedFact(n: number, out = 500): Promise<string> {
    const fact: PaymentFact = {
      ...{ kind: 'payment_settled', provider: 'stripe', factId: `stripe:txn_${n}:settled`, providerRef: `txn_${n}` },
      ...{ occurredAt: now(), gross: CNY(-out), fee: CNY(0) },
    };
    await recordFacts(services(), [fact], { source: 'reading', now: now() });
    assert.deepEqual(await applyDueFacts(services(), { now: now() }), { applied: 0, refused: 1 });
    const [exception] = await services().models.paymentExceptions.find({ state: 'open' }).lean();
    return exception?._id ?? assert.fail('no exception');
  }
  const resolve = async (id: string, how: string, note = 'looked into it', by = token) => {
    const { status, text } = await test.api
      .call('post', `/v1/payments/exceptions/${id}/resolve`, by)
      .send({ how, note });
    return `${status} ${/"code":"(\w+)"/.exec(text)?.[1] ?? /"state":"(\w+)"/.exec(text)?.[1] ?? ''}`;
  };
  const putIn = async (amount: number, id: string) =>
    services().ledger.commit({
      id,
      transfers: [
        {
          id,
          kind: 'opening_balance',
          type: 'posted',
          amount,
          debit: 'cash:stripe:CNY',
          credit: 'world:x:CNY',
          effectiveOn: '2026-03-01',
        },
      ],
    });

  it('say what each side says, to operators alone', async () => {
    await refusedFact(1);
    const { text } = await test.api.call('get', '/v1/payments/exceptions', token);
    assert.match(text, /"kind":"fact_refused".*cash_not_there.*"gross":\{"amount":-500,"currency":"CNY"\}/);
    const platform = await test.api.addPlatform('plt_curious');
    const { status } = await test.api.call('get', '/v1/payments/exceptions', platform.token);
    assert.equal(status, 403);
  });

  it('try_anew books what was refused, as a decision of its own, and only when it can be', async () => {
    const id = await refusedFact(2);
    assert.equal(await resolve(id, 'try_anew'), '409 fact_still_refused');
    await putIn(500, 'opening-2');
    assert.equal(await resolve(id, 'try_anew'), '200 resolved');
    assert.equal(await resolve(id, 'try_anew'), '200 resolved', 'the same again');
    const transfers = await services().models.transfers.find({ kind: 'clearing_settled' }).lean();
    assert.deepEqual(
      transfers.map(({ _id }) => _id),
      ['settlement:stripe:txn_2:settled:3'],
    );
    await assertBooks(services());
  });

  it('what a person booked by hand is never booked by itself', async () => {
    const id = await refusedFact(3);
    assert.equal(await resolve(id, 'booked_by_hand', 'booked as 88'), '200 resolved');
    await putIn(500, 'opening-3');
    test.api.clock.advance(86_400_000);
    assert.deepEqual(await applyDueFacts(services(), { now: now() }), { applied: 0, refused: 0 });
    assert.equal(await resolve(id, 'try_anew'), '409 exception_resolved');
    const other = await test.api.addOperatorKey('opr_other');
    assert.equal(await resolve(id, 'booked_by_hand', 'booked as 88', other), '409 exception_resolved');
  });

  it('what a person booked by hand is not booked by a run that had read it as due', async () => {
    const id = await refusedFact(4, 5_000);
    await putIn(5_000, 'opening-4');
    const first: PaymentFact = {
      ...{ kind: 'bank_received', provider: 'bank_file', factId: 'bank_file:CNY:R1', providerRef: 'R1' },
      ...{ occurredAt: now(), amount: CNY(1), text: 'movement R1' },
    };
    await recordFacts(services(), [first], { source: 'bank_statement', now: now() - 1 });
    test.api.clock.advance(86_400_000);
    const appliers = {
      ...FACT_APPLIERS,
      async bank_received() {
        assert.equal(await resolve(id, 'booked_by_hand', 'booked as 89'), '200 resolved');
      },
    };
    assert.deepEqual(await applyDueFacts(services(), { now: now(), appliers }), { applied: 1, refused: 0 });
    assert.equal(await services().models.transfers.countDocuments({ _id: /txn_4/ }), 0);
  });

  it('of differences have nothing to book', async () => {
    const found = {
      ...({ provider: 'stripe', kind: 'only_at_provider', subject: 'payout:pyo_x', message: 'look' } as const),
      ...{ occurredAt: now(), openedAt: now(), theirs: { amount: CNY(3_000_000_000) } },
    };
    assert.deepEqual([await openException(services(), found), await openException(services(), found)], [true, false]);
    const [exception] = await services().models.paymentExceptions.find().lean();
    const id = exception?._id ?? '';
    assert.equal(await resolve(id, 'try_anew'), '409 exception_has_no_fact');
    assert.equal(await resolve(id, 'no_action'), '200 resolved');
    assert.equal(await openException(services(), found), false, 'a resolved one stays so');
    assert.equal(await resolve('exc_nosuchone', 'no_action'), '404 exception_not_found');
  });

  it('come in pages', async () => {
    for (const n of [1, 2, 3]) {
      await openException(services(), {
        ...{ provider: 'stripe', kind: 'only_in_books', subject: `s${n}`, message: 'look' },
        ...{ occurredAt: now(), openedAt: now() + n },
      });
    }
    const first = await test.api.call('get', '/v1/payments/exceptions?limit=2', token);
    assert.match(first.text, /"subject":"s3".*"subject":"s2"/);
    const [, cursor = ''] = /"nextCursor":"([\w-]+)"/.exec(first.text) ?? [];
    const second = await test.api.call('get', `/v1/payments/exceptions?limit=2&cursor=${cursor}`, token);
    assert.match(second.text, /"subject":"s1".*"nextCursor":null/);
  });
});
