import assert from 'node:assert/strict';
import { approvalsMissing, approverFault } from './approvals.ts';
import { claimPayout, completeSend, reconcileAbsent } from './attempt.ts';
import { approvalsNeeded, PAYOUT_BANDS } from './bands.ts';
import { mayVoid } from './decide.ts';
import { failureFault } from './failure-fault.ts';
import { mayFund } from './funding.ts';
import { gate, rebindPayee } from './gate.ts';
import { bindingText } from './new-payout.ts';
import type { PayeeRelation } from './payout.ts';
import { mayMove, PAYOUT_STATES, type PayoutState } from './payout-states.ts';
import { draftPayout, HOUR, NOW, PAYEE } from './testing/draft-payout.ts';
import { checkDelayMs, coolsUntil, keyPhase, retryDelayMs } from './timing.ts';

describe('bands (M8)', () => {
  const rows: [amount: number, currency: string, relation: PayeeRelation, persons: number][] = [
    [1, 'CNY', 'self', 0],
    [2_000_00, 'CNY', 'self', 0],
    [2_000_01, 'CNY', 'self', 1],
    [50_000_00, 'CNY', 'provider', 1],
    [50_000_01, 'CNY', 'provider', 2],
    [1, 'CNY', 'unrelated', 2],
    [40_000, 'JPY', 'self', 0],
    [40_001, 'JPY', 'self', 1],
    // No band: nobody has said what is little there.
    [1, 'CHF', 'self', 2],
  ];
  for (const [amount, currency, relation, persons] of rows) {
    it(`${currency} ${amount} to ${relation}: ${persons}`, () =>
      assert.equal(approvalsNeeded({ amount, currency }, relation), persons));
  }

  it('rise: the machine pays less than one person may', () => {
    for (const { machineMax, onePersonMax } of Object.values(PAYOUT_BANDS)) assert.ok(machineMax < onePersonMax);
  });
});

describe('approvals (M8)', () => {
  const payout = draftPayout({ countedAmount: 60_000_00 });

  const rows: [person: string, fault: string | undefined][] = [
    ['jobs', 'is_no_person'],
    ['cli', 'is_no_person'],
    ['opr_creator', 'is_creator'],
    ['opr_assessor', 'is_assessor'],
    ['opr_editor', 'is_payee_editor'],
    ['opr_a', undefined],
  ];
  for (const [person, fault] of rows) {
    it(`${person}: ${fault ?? 'may'}`, () => assert.equal(approverFault(payout, person), fault));
  }

  it('count persons, of this binding only, and nobody who is barred', () => {
    const by = (person: string, binding = payout.binding) => ({ person, binding, at: NOW });
    const missing = (...approvals: ReturnType<typeof by>[]) => approvalsMissing({ ...payout, approvals });
    assert.equal(missing(), 2);
    assert.equal(missing(by('opr_a'), by('opr_a')), 1);
    assert.equal(missing(by('opr_a'), by('opr_b', 'another')), 1);
    assert.equal(missing(by('opr_a'), by('opr_editor')), 1);
    assert.equal(missing(by('opr_a'), by('opr_b')), 0);
    assert.equal(approverFault({ ...payout, approvals: [by('opr_a')] }, 'opr_a'), 'approved_already');
    assert.equal(approverFault({ ...payout, approvals: [by('opr_a', 'another')] }, 'opr_a'), undefined);
  });

  it('bind lines, payee with version, and amount', () => {
    const text = (change: object = {}, payee = PAYEE) => bindingText({ ...payout, ...change }, payee);
    const others = [
      text({ lines: [{ ref: 'other', amount: 10_00 }] }),
      text({ amount: { amount: 11_00, currency: 'CNY' } }),
      text({ amount: { amount: 10_00, currency: 'USD' } }),
      text({}, { ...PAYEE, version: 2 }),
      text({}, { ...PAYEE, payeeId: 'pye_2' }),
    ];
    assert.equal(text(), text());
    assert.equal(new Set([text(), ...others]).size, 6);
  });
});

describe('cool-down (M9)', () => {
  const rows: [name: string, setAt: number, incidentAt: number | null, until: number | null][] = [
    ['set before the incident', 1_000, 2_000, null],
    ['set at the same instant', 2_000, 2_000, null],
    ['set after it', 2_001, 2_000, 2_001 + 24 * HOUR],
    ['incident not known: as if after it', 2_000, null, 2_000 + 24 * HOUR],
  ];
  for (const [name, setAt, incidentAt, until] of rows) {
    it(name, () => assert.equal(coolsUntil(setAt, incidentAt), until));
  }

  it('ends exactly after 24 hours', () => {
    const payout = draftPayout({}, { setAt: NOW });
    assert.equal(payout.state, 'cooling_down');
    assert.equal(gate(payout, PAYEE, NOW + 24 * HOUR - 1).state, 'cooling_down');
    assert.equal(gate(payout, PAYEE, NOW + 24 * HOUR).state, 'ready');
  });
});

describe('the gate', () => {
  it('asks for the payee first, then for persons, then for time', () => {
    const all = draftPayout({ countedAmount: 3_000_00 }, { setAt: NOW });
    assert.equal(gate(all, { verified: false }, NOW).state, 'payee_fix');
    assert.equal(gate(all, PAYEE, NOW).state, 'awaiting_approval');
    const approved = { ...all, approvals: [{ person: 'opr_a', at: NOW, binding: all.binding }] };
    assert.equal(gate(approved, PAYEE, NOW).state, 'cooling_down');
    assert.equal(gate(approved, PAYEE, NOW + 24 * HOUR).state, 'ready');
  });

  it('a new payee version voids approvals, cools down and makes its editor barred', () => {
    const payout = draftPayout({ countedAmount: 3_000_00 });
    const approved = { ...payout, approvals: [{ person: 'opr_a', at: NOW, binding: payout.binding }] };
    const payee = { ...PAYEE, version: 2, setAt: NOW, editor: 'opr_a' };
    const { payout: bound } = rebindPayee(approved, payee, 'binding-2', NOW);
    assert.deepEqual(
      [bound.state, bound.coolsUntil, bound.approvals.length],
      ['awaiting_approval', NOW + 24 * HOUR, 0],
    );
    assert.equal(approverFault(bound, 'opr_a'), 'is_payee_editor');
  });
});

describe('keys and time', () => {
  const phases: [ageHours: number, phase: string][] = [
    [0, 'usable'],
    [20 - 1 / HOUR, 'usable'],
    [20, 'resting'],
    [25 - 1 / HOUR, 'resting'],
    [25, 'dead'],
  ];
  for (const [hours, phase] of phases) {
    it(`a key of ${hours.toFixed(4)} h is ${phase}`, () =>
      assert.equal(keyPhase({ keyedAt: NOW }, NOW + Math.round(hours * HOUR)), phase));
  }

  it('waits a quarter of the age, from 5 s to an hour; and for a webhook from 10 min to 6 h', () => {
    const retries = [0, 20_000, 60_000, HOUR, 10 * HOUR].map((age) => retryDelayMs({ keyedAt: NOW }, NOW + age));
    assert.deepEqual(retries, [5_000, 5_000, 15_000, HOUR / 4, HOUR]);
    const checks = [0, 600_000, HOUR, 10 * HOUR].map((age) => checkDelayMs(NOW, NOW + age));
    assert.deepEqual(checks, [600_000, 600_000, HOUR, 6 * HOUR]);
  });

  it('no other key while the first may act; the next one only after a certain death', () => {
    const claim = { now: NOW, token: 'a', leaseMs: 60_000 };
    const sending = claimPayout(draftPayout(), PAYEE, claim).payout;
    assert.equal(sending.attempts[0]?.key, 'pyo_1:1');
    const again = claimPayout(sending, PAYEE, { ...claim, now: NOW + HOUR }).payout;
    assert.equal(again.attempts.length, 1);
    const old = claimPayout(again, PAYEE, { ...claim, now: NOW + 20 * HOUR }).payout;
    assert.deepEqual([old.state, old.lease], ['unknown', null]);
    assert.equal(reconcileAbsent(old, NOW + 24 * HOUR).payout.state, 'unknown');
    const dead = reconcileAbsent(old, NOW + 25 * HOUR).payout;
    const next = claimPayout(dead, PAYEE, { ...claim, now: dead.nextAt ?? 0 }).payout;
    assert.deepEqual(
      next.attempts.map(({ key, outcome }) => [key, outcome]),
      [
        ['pyo_1:1', 'absent'],
        ['pyo_1:2', 'open'],
      ],
    );
  });

  it('what is certain after a call', () => {
    const { payout } = claimPayout(draftPayout(), PAYEE, { now: NOW, token: 'a', leaseMs: 60_000 });
    const refused = (code: string) =>
      completeSend(payout, { outcome: 'refused', code, message: 'No.' }, NOW).payout.state;
    assert.deepEqual(['account_closed', 'balance_insufficient', 'never_heard_of'].map(refused), [
      'payee_fix',
      'ready',
      'failed',
    ]);
    const sent = completeSend(payout, { outcome: 'sent', providerRef: 'o', state: 'posted' }, NOW);
    assert.deepEqual([sent.payout.state, sent.moves, sent.tells], ['paid', ['post'], ['payout.paid']]);
    assert.equal(failureFault(undefined), 'other');
    assert.equal(failureFault('payout_method_closed'), 'payee');
    assert.equal(failureFault('payout_method_usage_frequency_limit_exceeded'), 'passing');
  });
});

describe('the table of states', () => {
  const states = Object.entries(PAYOUT_STATES).map(([state, terms]) => ({ state, ...terms }));
  const named = (state: string): state is PayoutState => state in PAYOUT_STATES;

  it('can be voided only while money is held or awaited and no key may act', () => {
    for (const { state, keyMayAct } of states) {
      assert.ok(named(state));
      const ended = ['paid', 'returned', 'voided'].includes(state);
      assert.equal(mayVoid({ ...draftPayout(), state }), !keyMayAct && !ended, state);
    }
  });

  it('is reachable everywhere, and ends only where it should', () => {
    const reached = new Set<PayoutState>(['ready', 'awaiting_funds']);
    for (const from of reached) for (const to of PAYOUT_STATES[from].next) reached.add(to);
    assert.equal(reached.size, states.length);
    const ends = states.filter(({ next }) => next.length === 0).map(({ state }) => state);
    assert.deepEqual(ends, ['returned', 'voided']);
    assert.equal(mayMove('voided', 'sending'), false);
    assert.equal(mayMove('paid', 'ready'), false);
  });
});

describe('accounts that may pay', () => {
  const rows: [account: string, currency: string, may: boolean][] = [
    ['carrier:car_1:claims_float:CNY', 'CNY', true],
    ['program:prg_1:claims_pool:CNY', 'CNY', true],
    ['carrier:car_1:claims_float:CNY', 'USD', false],
    ['payee:per_1:unclaimed:CNY', 'CNY', false],
    ['cash:stripe:CNY', 'CNY', false],
    ['world:x:CNY', 'CNY', false],
    ['nonsense', 'CNY', false],
  ];
  for (const [account, currency, may] of rows) {
    it(`${account} in ${currency}: ${may ? 'yes' : 'no'}`, () => assert.equal(mayFund(account, currency), may));
  }
});
