import assert from 'node:assert/strict';
import { checkTransfers } from './check-transfers.ts';
import { applyDecision, decideUnit } from './decide-unit.ts';
import { emptyState, type LedgerState, type UnitToDecide } from './ledger-state.ts';
import type { DirectTransfer, NewTransfer, ResolvingTransfer } from './transfer.ts';
import { UNIT_REFUSALS, type UnitRefusal, type UnitRefusalCode } from './unit-refusals.ts';

const NOW = Date.UTC(2026, 2, 2, 12);
const WORLD = 'world:bank:CNY';
const FUND = 'program:p1:fund:CNY';
const CASH = 'cash:bank:CNY';
const FLOAT = 'carrier:c1:claims_float:CNY';

const move = (id: string, amount: number, more: Partial<DirectTransfer> = {}): DirectTransfer => ({
  ...{ id, amount, kind: 'payout', type: 'posted', debit: WORLD, credit: FUND, effectiveOn: '2026-03-02' },
  ...more,
});
const end = (
  id: string,
  resolves: string,
  type: ResolvingTransfer['type'] = 'post',
  amount?: number,
): ResolvingTransfer => ({
  ...{ id, resolves, type, kind: 'payout', effectiveOn: '2026-03-02' },
  ...(amount === undefined ? {} : { amount }),
});
const spend = (id: string, amount: number): DirectTransfer => move(id, amount, { debit: FUND, credit: WORLD });
const reserve = (id: string, amount: number, expiresAt?: number): DirectTransfer =>
  move(id, amount, { debit: FUND, credit: CASH, type: 'pending', ...(expiresAt === undefined ? {} : { expiresAt }) });

/** A ledger that decides units one after the other; a transfer's content is its hash. */
function book(state: LedgerState = emptyState(['2026-02'])) {
  const decide = (id: string, transfers: readonly NewTransfer[], writesRefusal?: UnitRefusal, now = NOW) => {
    const unit: UnitToDecide = {
      id,
      transfers: transfers.map((transfer) => ({ transfer, hash: JSON.stringify(transfer) })),
      ...(writesRefusal === undefined ? {} : { writesRefusal }),
    };
    const decision = decideUnit(state, unit, now);
    applyDecision(state, unit, decision);
    return decision;
  };
  /** What became of a unit that is named by its first transfer, in one word. */
  const outcome = (transfers: readonly NewTransfer[], unitId = `unit of ${transfers[0]?.id}`, now = NOW): string => {
    const decision = decide(unitId, transfers, undefined, now);
    return decision.status === 'refused' ? decision.refusal.code : decision.status;
  };
  const totals = (account: string) => {
    const { seq = 0, ...rest } = state.accounts.get(account) ?? {};
    return [...Object.values(rest), seq].join(' ');
  };
  return { state, decide, outcome, totals };
}

/** 100 in the fund, 50 settled in cash. */
function funded() {
  const opened = book();
  opened.outcome([move('gift', 100), move('settled', 50, { debit: CASH, credit: WORLD })]);
  return opened;
}

describe('decideUnit', () => {
  it('keeps an account within what it has, pending amounts counted', () => {
    const { outcome } = funded();
    const rows: [string, NewTransfer, string][] = [
      ['all but one', reserve('a', 49), 'committed'],
      ['more than the cash, not more than the fund', reserve('b', 2), 'exceeds_funds'],
      ['the last of the cash', reserve('c', 1), 'committed'],
      ['what the fund has beside its reservations', spend('d', 50), 'committed'],
      ['one more', spend('e', 1), 'exceeds_funds'],
      ['into a limited account there is no limit', move('f', 1_000_000), 'committed'],
      ['cash may grow', move('g', 1_000_000, { debit: CASH, credit: WORLD }), 'committed'],
      ['a payout pays no more than settled cash', reserve('h', 1_000_001), 'exceeds_funds'],
    ];
    for (const [what, transfer, expected] of rows) assert.equal(outcome([transfer]), expected, what);
  });

  it('an account that nobody paid into has nothing', () => {
    assert.equal(book().outcome([spend('a', 1)]), 'exceeds_funds');
  });

  it('a pending credit is not there yet', () => {
    const { outcome } = book();
    assert.equal(outcome([move('a', 10, { type: 'pending' })]), 'committed');
    assert.equal(outcome([spend('b', 1)]), 'exceeds_funds');
    assert.equal(outcome([end('c', 'a')]), 'committed');
    assert.equal(outcome([spend('d', 10)]), 'committed');
  });

  it('limits hold after every transfer: what a unit pays in it can pay out, in that order only', () => {
    const { outcome } = book();
    assert.equal(outcome([spend('a', 5), move('b', 5)]), 'exceeds_funds');
    assert.equal(outcome([move('c', 5), spend('d', 5)]), 'committed');
  });

  it('posts a part and releases the rest', () => {
    const { outcome, totals } = funded();
    outcome([reserve('r', 40)]);
    assert.equal(totals(FUND), '40 0 0 100 2');
    assert.equal(totals(CASH), '0 50 40 0 2');
    assert.equal(outcome([end('p', 'r', 'post', 15)]), 'committed');
    assert.equal(totals(FUND), '0 15 0 100 3');
    assert.equal(totals(CASH), '0 50 0 15 3');
  });

  it('gives a resolving transfer the accounts and amounts of what it resolves', () => {
    const { decide } = funded();
    decide('u1', [reserve('r', 40)]);
    const decision = decide('u2', [end('p', 'r', 'post', 15)]);
    assert.ok(decision.status === 'committed');
    assert.deepEqual(decision.transfers, [
      {
        ...{ id: 'p', unitId: 'u2', hash: JSON.stringify(end('p', 'r', 'post', 15)), kind: 'payout', type: 'post' },
        ...{ debit: FUND, credit: CASH, amount: 15, currency: 'CNY', resolves: 'r', reserved: 40 },
        ...{ effectiveOn: '2026-03-02', debitSeq: 3, creditSeq: 3 },
      },
    ]);
  });

  it('ends a pending transfer once', () => {
    const { outcome } = funded();
    outcome([reserve('r', 10), reserve('s', 10), reserve('t', 10, NOW + 1)]);
    const rows: [string, NewTransfer, number, string][] = [
      ['unknown', end('a', 'nothing'), NOW, 'pending_not_found'],
      ['a posted transfer', end('b', 'gift'), NOW, 'pending_not_found'],
      ['too much', end('c', 'r', 'post', 11), NOW, 'exceeds_pending'],
      ['the whole', end('d', 'r'), NOW, 'committed'],
      ['again', end('e', 'r', 'void'), NOW, 'already_resolved'],
      ['one that never expires', end('f', 's', 'expire'), NOW, 'pending_not_due'],
      ['void', end('g', 's', 'void'), NOW, 'committed'],
      ['posted after it was voided', end('h', 's'), NOW, 'already_resolved'],
      ['before its time', end('i', 't', 'expire'), NOW, 'pending_not_due'],
      ['posted at its end, which is exclusive', end('j', 't'), NOW + 1, 'pending_expired'],
      ['at its time', end('k', 't', 'expire'), NOW + 1, 'committed'],
    ];
    for (const [what, transfer, now, expected] of rows) assert.equal(outcome([transfer], what, now), expected, what);
  });

  it('what is over and not yet expired may still be voided', () => {
    const { outcome } = funded();
    outcome([reserve('r', 10, NOW)]);
    assert.equal(outcome([end('v', 'r', 'void')]), 'committed');
  });

  it('a unit may end what it began', () => {
    const { outcome, totals } = funded();
    assert.equal(outcome([reserve('r', 10), end('p', 'r', 'post', 4)]), 'committed');
    assert.equal(totals(FUND), '0 4 0 100 3');
    assert.equal(outcome([reserve('s', 10), end('q', 's'), end('v', 's', 'void')]), 'already_resolved');
    assert.equal(totals(FUND), '0 4 0 100 3');
  });

  it('the same unit has the same answer, whatever happened since', () => {
    const { outcome, state } = funded();
    const paid = [spend('a', 60)];
    const refused = [spend('b', 60), spend('c', 1)];
    assert.equal(outcome(paid), 'committed');
    assert.equal(outcome(refused), 'exceeds_funds');
    outcome([move('more', 1_000)]);
    assert.equal(outcome(paid), 'replayed');
    assert.equal(outcome(refused), 'exceeds_funds');
    assert.deepEqual([...state.refusals.keys()], ['b', 'c']);
  });

  it('an id belongs to one content and one unit', () => {
    const { outcome } = funded();
    outcome([spend('a', 1), spend('b', 1)]);
    outcome([spend('c', 1_000)]);
    const rows: [string, NewTransfer[], string][] = [
      ['other content', [spend('a', 2), spend('b', 1)], 'transfer_id_reused'],
      ['a part of the unit with another', [spend('a', 1), spend('x', 1)], 'transfer_id_reused'],
      ['of two units', [spend('a', 1), move('gift', 100)], 'transfer_id_reused'],
      ['refused, other content', [spend('c', 1)], 'transfer_id_refused'],
      ['refused, with another', [spend('y', 1), spend('c', 1_000)], 'transfer_id_refused'],
    ];
    for (const [what, transfers, expected] of rows) assert.equal(outcome(transfers), expected, what);
  });

  it('remembers what concerns funds and reservations only', () => {
    const { decide, outcome, state } = funded();
    decide('guarded', [spend('a', 1)], { code: 'guard_failed', message: 'It was changed meanwhile.' });
    outcome([move('b', 1, { effectiveOn: '2026-02-28' })]);
    outcome([end('c', 'nothing')]);
    assert.equal(state.refusals.size, 0);
    assert.equal(outcome([spend('a', 1)]), 'committed');
  });

  it('a refused unit leaves no trace in the totals', () => {
    const { outcome, state } = funded();
    const before = new Map(state.accounts);
    assert.equal(outcome([spend('a', 99), reserve('b', 2)]), 'exceeds_funds');
    assert.deepEqual(state.accounts, before);
    assert.ok(!state.transfers.has('a'));
  });

  describe('tells the first reason of its list', () => {
    const guard: UnitRefusal = { code: 'guard_failed', message: 'It was changed meanwhile.' };
    /** Units of which each has all the faults that come later in the list. */
    const rows: [UnitRefusalCode, NewTransfer[], UnitRefusal?][] = [
      ['transfer_id_reused', [spend('gift', 1), spend('no', 1_000)], guard],
      ['transfer_id_refused', [spend('no', 1)], guard],
      ['already_exists', [spend('new', 1_000)], { code: 'already_exists', message: 'It is there already.' }],
      ['guard_failed', [spend('new', 1_000)], guard],
      ['month_closed', [{ ...end('new', 'nothing'), effectiveOn: '2026-02-28' }]],
      ['pending_not_found', [end('new', 'nothing', 'post', 1_000)]],
      ['already_resolved', [end('new', 'ended', 'post', 1_000)]],
      ['pending_not_due', [end('new', 'open', 'expire')]],
      ['pending_expired', [end('new', 'over', 'post', 1_000)]],
      ['exceeds_pending', [end('new', 'open', 'post', 1_000), spend('new2', 1_000)]],
      ['exceeds_funds', [spend('new', 1_000), end('new2', 'nothing')]],
    ];
    for (const [code, transfers, writesRefusal] of rows) {
      it(code, () => {
        const { outcome, decide } = funded();
        outcome([reserve('ended', 1), end('ender', 'ended'), reserve('open', 1), reserve('over', 1, NOW)]);
        outcome([spend('no', 1_000)]);
        const decision = decide('a unit', transfers, writesRefusal);
        assert.equal(decision.status === 'refused' && decision.refusal.code, code);
      });
    }
    it('which has them all', () => {
      assert.deepEqual(
        rows.map(([code]) => code),
        Object.keys(UNIT_REFUSALS),
      );
    });
  });

  it('throws where totals would no longer be exact', () => {
    const { outcome } = book();
    outcome([move('a', Number.MAX_SAFE_INTEGER)]);
    assert.throws(() => outcome([move('b', 1)]), RangeError);
  });
});

describe('checkTransfers', () => {
  const rows: [string, NewTransfer | NewTransfer[], RegExp][] = [
    ['an id with a space', move('a b', 1), /printable/],
    ['an endless id', move('a'.repeat(201), 1), /printable/],
    ['the same id twice', [move('a', 1), move('a', 1)], /twice/],
    ['no day', move('a', 1, { effectiveOn: '2026-02-30' }), /no day/],
    ['a day with a time', move('a', 1, { effectiveOn: '2026-02-03T' }), /no day/],
    ['nothing', move('a', 0), /above zero/],
    ['less than nothing', move('a', -1), /above zero/],
    ['a part of a fen', move('a', 0.5), /above zero/],
    ['more than is exact', move('a', Number.MAX_SAFE_INTEGER + 1), /above zero/],
    ['from an account to itself', move('a', 1, { debit: FUND }), /to itself/],
    ['two currencies', move('a', 1, { debit: 'world:bank:USD' }), /different currencies/],
    ['an account that the chart lacks', move('a', 1, { debit: 'wallet:w1:CNY' }), /no account/],
    ['a posted transfer that expires', move('a', 1, { expiresAt: NOW }), /only a pending/],
    ['a void with an amount', end('a', 'b', 'void', 1), /no amount/],
    ['a post of nothing', end('a', 'b', 'post', 0), /above zero/],
    ['one that resolves itself', end('a', 'a'), /resolves/],
  ];
  for (const [what, transfers, expected] of rows) {
    it(`refuses ${what}`, () => {
      assert.throws(() => checkTransfers([transfers].flat()), { name: 'RangeError', message: expected });
    });
  }
  it('takes all others', () => {
    checkTransfers([move('a', Number.MAX_SAFE_INTEGER), end('b', 'a', 'post', 1), reserve('c', 1, NOW)]);
    checkTransfers([move('d', 1, { debit: FLOAT, credit: FUND, effectiveOn: '2024-02-29' })]);
  });
});
