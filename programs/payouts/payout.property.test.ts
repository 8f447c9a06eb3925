import assert from 'node:assert/strict';
import fc from 'fast-check';
import { approve, mayVoid, voidPayout } from './decide.ts';
import { approverFault } from './approvals.ts';
import { claimPayout, completeSend, reconcileAbsent, type SendReport } from './attempt.ts';
import { rebindPayee } from './gate.ts';
import { openAttempt, type PayeeNow, type Payout } from './payout.ts';
import { PAYOUT_STATES } from './payout-states.ts';
import { applyReport, type ReportedPayout } from './report.ts';
import type { Step } from './step.ts';
import { draftPayout, HOUR, NOW, PAYEE } from './testing/draft-payout.ts';

/** The provider's true state of each key, which only moves as providers move. */
type Truth = 'nothing' | ReportedPayout['state'];

type Action =
  | { readonly kind: 'wait'; readonly hours: number }
  | { readonly kind: 'claim' }
  | { readonly kind: 'answer'; readonly effect: boolean; readonly heard: SendReport['outcome'] }
  | { readonly kind: 'world'; readonly to: 'posted' | 'failed' | 'canceled' | 'returned' }
  | { readonly kind: 'hear'; readonly late: number }
  | { readonly kind: 'look' }
  | { readonly kind: 'void' }
  | { readonly kind: 'approve'; readonly person: string }
  | { readonly kind: 'payee' };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ kind: fc.constant('claim' as const) }),
  fc.record({
    kind: fc.constant('answer' as const),
    effect: fc.boolean(),
    heard: fc.constantFrom('sent' as const, 'refused' as const, 'try_again' as const, 'unknown' as const),
  }),
  fc.record({
    kind: fc.constant('world' as const),
    to: fc.constantFrom('posted' as const, 'failed' as const, 'canceled' as const, 'returned' as const),
  }),
  fc.record({ kind: fc.constant('hear' as const), late: fc.nat(8) }),
  fc.record({ kind: fc.constant('look' as const) }),
  fc.record({ kind: fc.constant('void' as const) }),
  fc.record({ kind: fc.constant('approve' as const), person: fc.constantFrom('opr_a', 'opr_b', 'opr_creator') }),
  fc.record({ kind: fc.constant('payee' as const) }),
);

/** A payout beside a provider that tells the truth late, twice or never, and beside its own money. */
class Model {
  now = NOW;
  payout: Payout;
  payee: PayeeNow = PAYEE;
  readonly truth = new Map<number, Truth>();
  readonly told: ReportedPayout[] = [];
  money = { reserved: 1, out: 0, back: 0 };

  constructor(countedAmount: number) {
    this.payout = draftPayout({ countedAmount });
  }

  apply(step: Step | undefined): void {
    if (step === undefined) return;
    assert.equal(step.payout.version, this.payout.version + 1);
    for (const move of step.moves) {
      if (move === 'post' || move === 'void') {
        assert.equal(this.money.reserved, 1, `${move} without a reservation`);
        this.money.reserved = 0;
        if (move === 'post') this.money.out += 1;
      }
      if (move === 'return') {
        assert.equal(this.money.out, 1, 'back without having been out');
        this.money = { ...this.money, out: 0, back: 1 };
      }
    }
    this.payout = step.payout;
    this.check();
  }

  check(): void {
    const { state, attempts } = this.payout;
    assert.equal(PAYOUT_STATES[state].reserved, this.money.reserved === 1, `${state} and its reservation`);
    assert.equal(PAYOUT_STATES[state].keyMayAct, openAttempt(this.payout) !== undefined, `${state} and its key`);
    assert.equal(attempts.filter(({ outcome }) => outcome === 'open').length <= 1, true);
    const standing = [...this.truth.values()].filter((each) => each === 'posted' || each === 'processing');
    assert.ok(standing.length <= 1, 'money out under two keys');
  }

  report(number: number, state: ReportedPayout['state']): ReportedPayout {
    return { providerRef: `o${number}`, attempt: number, state, amount: this.payout.amount };
  }

  run(todo: Action): void {
    const open = openAttempt(this.payout);
    switch (todo.kind) {
      case 'wait':
        this.now += todo.hours * HOUR;
        return;
      case 'claim': {
        const due = this.payout.nextAt !== null && this.payout.nextAt <= this.now;
        if (!due || !['ready', 'cooling_down', 'payee_fix', 'sending'].includes(this.payout.state)) return;
        return this.apply(claimPayout(this.payout, this.payee, { now: this.now, token: 't', leaseMs: 60_000 }));
      }
      case 'answer':
        if (this.payout.state !== 'sending' || this.payout.lease === null || open === undefined) return;
        return this.answer(open.number, todo.effect, todo.heard);
      case 'world': {
        const [number, state] = [...this.truth].at(-1) ?? [0, 'nothing'];
        const may = state === 'processing' ? todo.to !== 'returned' : state === 'posted' && todo.to === 'returned';
        if (!may) return;
        this.truth.set(number, todo.to);
        this.told.push(this.report(number, todo.to));
        return;
      }
      case 'hear': {
        const report = this.told[todo.late % Math.max(1, this.told.length)];
        return report && this.apply(applyReport(this.payout, report, this.now));
      }
      case 'look':
        return this.look();
      case 'void':
        return mayVoid(this.payout) ? this.apply(voidPayout(this.payout, 'opr_z', 'no', this.now)) : undefined;
      case 'approve':
        if (this.payout.state !== 'awaiting_approval' || approverFault(this.payout, todo.person) !== undefined) return;
        return this.apply(approve(this.payout, this.payee, todo.person, this.now));
      case 'payee':
        this.payee = { ...this.payee, version: this.payee.version + 1, setAt: this.now };
        if (!['ready', 'cooling_down', 'payee_fix', 'awaiting_approval'].includes(this.payout.state)) return;
        return this.apply(rebindPayee(this.payout, this.payee, `binding-${this.payee.version}`, this.now));
    }
  }

  /** A call: with or without its effect, and with or without its answer. What is heard as certain is true. */
  answer(number: number, effect: boolean, heard: SendReport['outcome']): void {
    const known = this.truth.get(number) ?? 'nothing';
    if (known === 'nothing' && effect && (heard === 'sent' || heard === 'unknown'))
      this.truth.set(number, 'processing');
    const truth = this.truth.get(number) ?? 'nothing';
    if (truth === 'processing' && known === 'nothing') this.told.push(this.report(number, 'processing'));
    const answer = (): SendReport => {
      if (heard === 'sent' && (truth === 'processing' || truth === 'posted')) {
        return { outcome: 'sent', providerRef: `o${number}`, state: truth };
      }
      if (heard === 'refused' && truth === 'nothing') return { outcome: 'refused', code: 'declined', message: 'No.' };
      if (heard === 'try_again' && truth === 'nothing')
        return { outcome: 'try_again', code: 'rate', message: 'Later.' };
      return { outcome: 'unknown', message: 'timeout' };
    };
    this.apply(completeSend(this.payout, answer(), this.now));
  }

  look(): void {
    const { state } = this.payout;
    if (state !== 'unknown' && state !== 'sent') return;
    let news = false;
    for (const [number, truth] of this.truth) {
      const step = truth === 'nothing' ? undefined : applyReport(this.payout, this.report(number, truth), this.now);
      news ||= step !== undefined;
      this.apply(step);
    }
    const open = openAttempt(this.payout);
    if (news || this.payout.state !== 'unknown' || open === undefined || this.truth.has(open.number)) return;
    this.apply(reconcileAbsent(this.payout, this.now));
  }

  /** The provider goes on until nothing is left to do, and everything is heard. */
  quiet(): void {
    for (let round = 0; round < 40; round++) {
      for (const [number, truth] of this.truth) {
        if (truth === 'processing') this.run({ kind: 'world', to: 'posted' });
        const state = this.truth.get(number);
        if (state !== undefined && state !== 'nothing') {
          this.apply(applyReport(this.payout, this.report(number, state), this.now));
        }
      }
      this.run({ kind: 'look' });
      this.run({ kind: 'approve', person: 'opr_a' });
      this.run({ kind: 'approve', person: 'opr_b' });
      this.now = Math.max(this.now, this.payout.nextAt ?? this.now);
      this.run({ kind: 'claim' });
      this.run({ kind: 'answer', effect: true, heard: 'sent' });
    }
  }
}

describe('a payout, whatever happens', () => {
  it('never has money out under two keys, and in the end the books are as the provider', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(10_00, 3_000_00, 60_000_00),
        fc.array(action, { maxLength: 60 }),
        (counted, actions) => {
          const model = new Model(counted);
          for (const each of actions) model.run(each);
          model.quiet();
          const truths = [...model.truth.values()];
          const { state } = model.payout;
          assert.ok(['paid', 'returned', 'failed', 'voided'].includes(state), state);
          assert.equal(model.money.out, truths.includes('posted') ? 1 : 0);
          assert.equal(model.money.back, truths.includes('returned') ? 1 : 0);
          assert.deepEqual(model.payout.contradictions, []);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
