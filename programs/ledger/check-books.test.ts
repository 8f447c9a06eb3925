import assert from 'node:assert/strict';
import fc from 'fast-check';
import { accountTerms } from './chart.ts';
import {
  addEffect,
  checkBalance,
  checkClearing,
  checkResolvers,
  checkTransfer,
  CLEARING_ACCOUNT,
  effectOf,
  EMPTY_ACCOUNT,
  walkAccount,
  type BookedAccount,
  type BookedTransfer,
} from './check-books.ts';
import { decideUnit, applyDecision } from './decide-unit.ts';
import { emptyState, type DecidedTransfer } from './ledger-state.ts';
import type { NewTransfer } from './transfer.ts';

const FUND = 'platform:plt_a:deposit:CNY';
const CASH = 'cash:bank:CNY';
const CLEARING = 'stripe:clearing:CNY';
const DISPUTED = 'stripe:disputed:CNY';

const transfer = (more: Partial<BookedTransfer> = {}): BookedTransfer => ({
  ...{ _id: 't:1', type: 'posted', debit: CASH, credit: FUND, amount: 100, currency: 'CNY', debitSeq: 1, creditSeq: 1 },
  ...more,
});
const codes = (breaches: readonly { code: string; subject: string }[]) =>
  breaches.map(({ code, subject }) => `${code} ${subject}`);

describe('one transfer', () => {
  const TABLE: readonly [Partial<BookedTransfer>, readonly string[]][] = [
    [{}, []],
    [{ amount: 1 }, []],
    [{ amount: Number.MAX_SAFE_INTEGER }, []],
    [{ amount: 0 }, ['L1 t:1']],
    [{ amount: -1 }, ['L1 t:1']],
    [{ amount: 1.5 }, ['L1 t:1']],
    [{ amount: Number.NaN }, ['L1 t:1']],
    [{ amount: Number.MAX_SAFE_INTEGER + 1 }, ['L1 t:1']],
    [{ type: 'post', reserved: 100, resolves: 'p' }, []],
    [{ type: 'post', resolves: 'p' }, ['L1 t:1']],
    [{ currency: 'JPY' }, [`L2 ${CASH} t:1`, `L2 ${FUND} t:1`]],
    [{ credit: 'platform:plt_a:deposit:JPY' }, ['L2 platform:plt_a:deposit:JPY t:1']],
    [{ credit: 'platform:plt_a:purse:CNY' }, ['L2 platform:plt_a:purse:CNY t:1']],
    [{ credit: CASH }, ['L3 t:1']],
  ];
  for (const [more, expected] of TABLE) {
    it(`${JSON.stringify(more)}: ${expected.join(', ') || 'right'}`, () => {
      assert.deepEqual(codes(checkTransfer(transfer(more))), expected);
    });
  }
});

describe('an account', () => {
  const paidIn = transfer();
  const spend = (seq: number, amount: number, more: Partial<BookedTransfer> = {}): BookedTransfer =>
    transfer({ _id: `t:${seq}`, debit: FUND, credit: CASH, amount, debitSeq: seq, creditSeq: seq, ...more });
  const stored = (more: Partial<BookedAccount> = {}): BookedAccount => ({
    ...{ _id: FUND, currency: 'CNY', ...EMPTY_ACCOUNT, creditsPosted: 100, seq: 1 },
    ...more,
  });
  const walk = (transfers: readonly BookedTransfer[], account: BookedAccount | undefined) => {
    const fold = walkAccount(FUND);
    for (const each of transfers) fold.take(each, each.debit === FUND ? 'debit' : 'credit');
    return codes(fold.finish(account).breaches);
  };

  it('is right when its totals are the fold', () => {
    assert.deepEqual(walk([paidIn], stored()), []);
    assert.deepEqual(walk([paidIn, spend(2, 100)], stored({ seq: 2, debitsPosted: 100 })), []);
  });

  const TABLE: readonly [what: string, readonly BookedTransfer[], BookedAccount | undefined, readonly string[]][] = [
    ['wrong totals', [paidIn], stored({ creditsPosted: 99 }), [`L5 ${FUND}`]],
    ['no totals', [paidIn], undefined, [`L5 ${FUND}`]],
    ['totals and no transfer', [], stored(), [`L11 ${FUND}`, `L5 ${FUND}`]],
    ['another currency', [paidIn], stored({ currency: 'JPY' }), [`L2 ${FUND}`]],
    ['a penny too much', [paidIn, spend(2, 101)], stored({ seq: 2, debitsPosted: 101 }), [`L6 ${FUND} t:2`]],
    [
      'reserved too much',
      [paidIn, spend(2, 60), spend(3, 41, { type: 'pending' })],
      stored({ seq: 3, debitsPosted: 60, debitsPending: 41 }),
      [`L6 ${FUND} t:3`],
    ],
    [
      'overdrawn for a moment',
      [spend(1, 1), transfer({ _id: 't:2', creditSeq: 2 })],
      stored({ seq: 2, debitsPosted: 1 }),
      [`L6 ${FUND} t:1`],
    ],
    ['a hole', [paidIn, spend(3, 1)], stored({ seq: 3, debitsPosted: 1 }), [`L11 ${FUND} t:3`]],
    ['a number twice', [paidIn, spend(1, 1)], stored({ debitsPosted: 1 }), [`L11 ${FUND} t:1`]],
    ['the last one missing', [paidIn], stored({ seq: 2 }), [`L11 ${FUND}`]],
  ];
  for (const [what, transfers, account, expected] of TABLE) {
    it(`${what} is ${expected.join(', ')}`, () => assert.deepEqual(walk(transfers, account), expected));
  }

  it('goes on from a state that was checked before', () => {
    const fold = walkAccount(FUND, { ...EMPTY_ACCOUNT, creditsPosted: 100, seq: 7 });
    fold.take(spend(8, 100), 'debit');
    assert.deepEqual(fold.finish(stored({ seq: 8, debitsPosted: 100 })).breaches, []);
  });
});

describe('resolvers', () => {
  const pending = transfer({ _id: 'p', type: 'pending' });
  const post = (more: Partial<BookedTransfer> = {}): BookedTransfer =>
    transfer({ _id: 'r', type: 'post', resolves: 'p', reserved: 100, ...more });
  const TABLE: readonly [what: string, BookedTransfer | undefined, readonly BookedTransfer[], readonly string[]][] = [
    ['all posted', pending, [post()], []],
    ['a part posted', pending, [post({ amount: 1 })], []],
    ['voided', pending, [post({ type: 'void' })], []],
    ['more posted', pending, [post({ amount: 101 })], ['L7 r']],
    ['another reserve', pending, [post({ reserved: 99, amount: 99 })], ['L7 r']],
    ['other accounts', pending, [post({ credit: CLEARING })], ['L7 r']],
    ['two', pending, [post(), post({ _id: 's', type: 'void' })], ['L7 p']],
    ['of nothing', undefined, [post()], ['L7 r']],
    ['of what is no reserve', transfer({ _id: 'p' }), [post()], ['L7 r']],
  ];
  for (const [what, found, resolvers, expected] of TABLE) {
    it(`${what}: ${expected.join(', ') || 'right'}`, () =>
      assert.deepEqual(codes(checkResolvers(found, resolvers)), expected));
  }
});

describe('balances', () => {
  it('are equal on both sides', () => {
    const even = { debitsPosted: 5, creditsPosted: 5, debitsPending: 2, creditsPending: 2 };
    assert.deepEqual(checkBalance('CNY', even), []);
    assert.deepEqual(codes(checkBalance('CNY', { ...even, creditsPosted: 4 })), ['L4 CNY']);
    assert.deepEqual(codes(checkBalance('CNY', { ...even, creditsPending: 3 })), ['L4 CNY']);
  });

  it('of clearing accounts hold nothing old', () => {
    assert.ok(CLEARING_ACCOUNT.test(CLEARING) && CLEARING_ACCOUNT.test(DISPUTED) && !CLEARING_ACCOUNT.test(CASH));
    assert.deepEqual(
      [CLEARING, DISPUTED, CASH].map((id) => accountTerms(id)?.clearsInDays),
      [10, 365, undefined],
    );
    const facts = (debitsPosted: number, creditsPosted: number, more: object = {}) => ({
      ...{ account: CLEARING, recentDebits: 0, recentCredits: 0, clearsInDays: 10 },
      totals: { debitsPosted, creditsPosted, debitsPending: 0, creditsPending: 0 },
      ...more,
    });
    assert.deepEqual(checkClearing(facts(500, 500)), []);
    assert.deepEqual(checkClearing(facts(500, 400, { recentDebits: 100 })), [], 'all that is left is recent');
    assert.deepEqual(codes(checkClearing(facts(500, 400, { recentDebits: 99 }))), [`L9 ${CLEARING}`]);
    assert.deepEqual(codes(checkClearing(facts(400, 500, { recentDebits: 900 }))), [`L9 ${CLEARING}`]);
    const underWay = { debitsPosted: 500, creditsPosted: 400, debitsPending: 0, creditsPending: 100 };
    assert.deepEqual(checkClearing(facts(0, 0, { totals: underWay })), []);
  });
});

describe('what the ledger decides', () => {
  const accounts = [FUND, 'envelope:e1:CNY', CASH, CLEARING, 'world:w:CNY'];
  const anAccount = fc.constantFrom(...accounts);
  const direct = fc.record({
    type: fc.constantFrom('posted' as const, 'pending' as const),
    debit: anAccount,
    credit: anAccount,
    amount: fc.integer({ min: 1, max: 50 }),
  });
  const ending = fc.record({
    type: fc.constantFrom('post' as const, 'void' as const),
    resolves: fc.nat(30),
    part: fc.boolean(),
  });

  it('is right for the auditor, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(direct, ending), { maxLength: 40 }), (asked) => {
        const state = emptyState();
        const booked: DecidedTransfer[] = [];
        for (const [n, each] of asked.entries()) {
          const common = { id: `t:${n}`, kind: 'cash_swept', effectiveOn: '2026-03-02' } as const;
          if (!('resolves' in each) && each.debit === each.credit) continue;
          const made: NewTransfer =
            'resolves' in each
              ? {
                  ...common,
                  type: each.type,
                  resolves: `t:${each.resolves}`,
                  ...(each.type === 'post' && each.part && { amount: 1 }),
                }
              : { ...common, ...each };
          const unit = { id: `u:${n}`, transfers: [{ transfer: made, hash: `h:${n}` }] };
          const decision = decideUnit(state, unit, 0);
          applyDecision(state, unit, decision);
          if (decision.status === 'committed') booked.push(...decision.transfers);
        }
        const stored = booked.map(({ id, ...rest }): BookedTransfer => ({ _id: id, ...rest }));
        assert.deepEqual(stored.flatMap(checkTransfer), []);
        for (const account of accounts) {
          const fold = walkAccount(account);
          for (const each of stored) {
            if (each.debit === account) fold.take(each, 'debit');
            else if (each.credit === account) fold.take(each, 'credit');
          }
          const totals = state.accounts.get(account);
          const is = totals && { _id: account, currency: 'CNY', ...totals };
          if (is !== undefined) assert.deepEqual(fold.finish(is).breaches, []);
        }
      }),
    );
  });

  it('adds up in any order', () => {
    const type = fc.constantFrom('posted' as const, 'pending' as const, 'post' as const, 'void' as const);
    const effect = fc.record({ type, amount: fc.nat(1_000), reserved: fc.nat(1_000) });
    fc.assert(
      fc.property(fc.array(effect), (effects) => {
        const sum = (list: typeof effects) =>
          list.reduce((totals, each) => addEffect(totals, 'debit', effectOf(each)), EMPTY_ACCOUNT);
        assert.deepEqual(sum([...effects].reverse()), sum(effects));
      }),
    );
  });
});
