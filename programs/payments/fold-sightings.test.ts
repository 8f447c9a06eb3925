import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldSightings, type Sighting } from './fold-sightings.ts';
import type { PaymentFact, ProviderPayout } from './payment-fact.ts';

const AMOUNT = { amount: 500, currency: 'CNY' };
const provider = 'stripe';

function payout(state: ProviderPayout['state'], at: number, ref = 'tr_1'): Sighting {
  const words = state === 'returned' || state === 'failed' ? { message: 'No such account.', code: 'no_account' } : {};
  const seen = { providerRef: ref, payoutId: 'pyo_1', attempt: 1, state, amount: AMOUNT, createdAt: 1, ...words };
  return { kind: 'payout', provider, ref, at, payout: seen };
}
const topUp = (paid: boolean, at: number): Sighting => ({
  ...{ kind: 'top_up', provider, ref: 'cs_1', at, topUpId: 'top_1', platformId: 'plt_1' },
  ...{ amount: AMOUNT, paid },
});
const refund = (state: 'pending' | 'done' | 'failed', at: number): Sighting => ({
  ...{ kind: 'reversal', provider, ref: 're_1', at, cause: 'refund', of: { invoiceId: 'inv_1' } },
  ...{ amount: AMOUNT, state },
});

const idsOf = (facts: readonly PaymentFact[]) => facts.map(({ factId, occurredAt }) => `${factId}@${occurredAt}`);

describe('foldSightings', () => {
  const table: readonly [what: string, sightings: readonly Sighting[], facts: readonly string[]][] = [
    ['nothing', [], []],
    ['sent', [payout('processing', 1)], ['stripe:tr_1:processing@1']],
    [
      'sent and arrived',
      [payout('processing', 1), payout('posted', 2)],
      ['stripe:tr_1:processing@1', 'stripe:tr_1:posted@2'],
    ],
    ['arrived, the rest lost', [payout('posted', 2)], ['stripe:tr_1:processing@2', 'stripe:tr_1:posted@2']],
    [
      'came back, the rest lost: it had been sent',
      [payout('returned', 9)],
      ['stripe:tr_1:processing@9', 'stripe:tr_1:posted@9', 'stripe:tr_1:returned@9'],
    ],
    [
      'came back, told late and twice',
      [payout('returned', 9), payout('posted', 2), payout('returned', 9), payout('processing', 1)],
      ['stripe:tr_1:processing@1', 'stripe:tr_1:posted@2', 'stripe:tr_1:returned@9'],
    ],
    ['given up', [payout('failed', 3)], ['stripe:tr_1:processing@3', 'stripe:tr_1:failed@3']],
    ['checked out, not paid yet', [topUp(false, 1)], []],
    ['checked out, paid days later', [topUp(false, 1), topUp(true, 5)], ['stripe:cs_1:paid@5']],
    ['paid at once', [topUp(true, 1), topUp(true, 1)], ['stripe:cs_1:paid@1']],
    ['a refund on its way', [refund('pending', 1)], []],
    ['a refund', [refund('pending', 1), refund('done', 2)], ['stripe:re_1:reversed@2']],
    ['a refund that never worked', [refund('pending', 1), refund('failed', 2)], []],
  ];
  for (const [what, sightings, facts] of table) {
    it(what, () => assert.deepEqual(idsOf(foldSightings(sightings).facts), facts));
  }

  it("keeps a provider's words with the state that they explain", () => {
    const facts = foldSightings([payout('returned', 9)]).facts;
    const words = facts.map((fact) => (fact.kind === 'payout_changed' ? fact.payout.code : undefined));
    assert.deepEqual(words, [undefined, undefined, 'no_account']);
  });

  it('calls a person when a refund failed after it had worked', () => {
    const { facts, troubles } = foldSightings([refund('done', 1), refund('failed', 2)]);
    assert.deepEqual([facts.length, troubles.map(({ code }) => code)], [1, ['refund_failed_later']]);
  });

  it('calls a person when a payout both arrived and failed', () => {
    const { facts, troubles } = foldSightings([payout('posted', 1), payout('failed', 2), refund('done', 1)]);
    assert.deepEqual(idsOf(facts), ['stripe:re_1:reversed@1']);
    assert.deepEqual(
      troubles.map(({ code }) => code),
      ['payout_both_failed_and_paid'],
    );
  });

  const history = fc.array(
    fc.oneof(
      fc
        .tuple(fc.constantFrom('processing', 'posted', 'returned' as const), fc.nat(9), fc.constantFrom('tr_1', 'tr_2'))
        .map(([state, at, ref]) => payout(state, at, ref)),
      fc.tuple(fc.boolean(), fc.nat(9)).map(([paid, at]) => topUp(paid, at)),
      fc.tuple(fc.constantFrom('pending', 'done' as const), fc.nat(9)).map(([state, at]) => refund(state, at)),
    ),
    { maxLength: 12 },
  );

  it('any order and any repetition of a history gives the same facts', () => {
    const told = history.chain((events) =>
      fc.record({
        events: fc.constant(events),
        again: fc
          .shuffledSubarray(events)
          .chain((some) => fc.shuffledSubarray([...events, ...some], { minLength: events.length + some.length })),
      }),
    );
    fc.assert(fc.property(told, ({ events, again }) => assert.deepEqual(foldSightings(again), foldSightings(events))));
  });

  it('what arrives later only adds facts, and never changes the money of one that was given', () => {
    const moneyOf = (fact: PaymentFact) =>
      fact.kind === 'payout_changed'
        ? [fact.kind, fact.payout.payoutId, fact.payout.state, fact.payout.amount]
        : [fact.kind, 'amount' in fact && fact.amount];
    fc.assert(
      fc.property(history, fc.nat(12), (events, count) => {
        const all = new Map(foldSightings(events).facts.map((fact) => [fact.factId, moneyOf(fact)]));
        for (const fact of foldSightings(events.slice(0, count)).facts)
          assert.deepEqual(all.get(fact.factId), moneyOf(fact));
      }),
    );
  });
});
