import type { FaultKind } from '../../../server/payments/sandbox/faults.ts';
import { ledgerUnavailable } from '../../../server/ledger/flush-attempt.ts';
import type { Chance } from '../traffic.ts';

/** Everything that was made to go wrong, by its kind. */
export type TroubleKind =
  | 'death'
  | 'zombie'
  | 'ledger_before'
  | 'ledger_after'
  | 'sent_log'
  | `call_${FaultKind}_${'before' | 'after'}`
  | 'call_refused_connection'
  | 'call_late'
  | 'outage'
  | 'webhook_refused'
  | 'night';

/** Of a call of the provider's. `late`: it arrives when its caller has long given up. */
export type CallTrouble =
  { readonly kind: FaultKind; readonly phase: 'before' | 'after' } | { readonly kind: 'refused_connection' | 'late' };

/** What happens to a process at one of the named points. */
export type Fate = 'goes_on' | 'naps' | 'sleeps_through_its_lease' | 'dies';

/** How often, at most one of a line, in [0, 1]. */
const AT_A_POINT = { dies: 0.003, sleeps_through_its_lease: 0.0015, naps: 0.15 } as const;
const AT_A_CALL = 0.09;
const AT_A_COMMIT = { before: 0.004, after: 0.004 } as const;
const AT_A_NOTE = 0.003;
const WEBHOOK_REFUSED = 0.05;

const CALLS: readonly CallTrouble[] = [
  { kind: 'timeout', phase: 'before' },
  { kind: 'timeout', phase: 'after' },
  { kind: 'reset', phase: 'before' },
  { kind: 'reset', phase: 'after' },
  { kind: '500', phase: 'before' },
  { kind: '500', phase: 'after' },
  { kind: '409', phase: 'before' },
  { kind: '409', phase: 'after' },
  { kind: '429', phase: 'before' },
  { kind: 'slow', phase: 'before' },
  { kind: 'refused_connection' },
  { kind: 'late' },
];

/** Draws what goes wrong, and keeps count. `calm()` ends it: from then on nothing does. */
export class Troubles {
  readonly counts = new Map<TroubleKind, number>();
  /** How often a process died at each named point. */
  readonly deathsAt = new Map<string, number>();
  readonly chance: Chance;
  /** The provider answers nobody; a call may have its effect all the same. */
  outage = false;
  /** Calls of outages. An outage is counted once. */
  callsLost = 0;
  #calm = false;

  constructor(chance: Chance) {
    this.chance = chance;
  }

  calm(): void {
    this.#calm = true;
    this.outage = false;
  }

  count(kind: TroubleKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  between(from: number, to: number): number {
    return from + this.chance() * (to - from);
  }

  atPoint(point: string): Fate {
    if (this.#calm) return 'goes_on';
    let drawn = this.chance();
    for (const fate of ['dies', 'sleeps_through_its_lease', 'naps'] as const) {
      drawn -= AT_A_POINT[fate];
      if (drawn >= 0) continue;
      if (fate === 'dies') {
        this.count('death');
        this.deathsAt.set(point, (this.deathsAt.get(point) ?? 0) + 1);
      }
      if (fate === 'sleeps_through_its_lease') this.count('zombie');
      return fate;
    }
    return 'goes_on';
  }

  atCall(): CallTrouble | undefined {
    if (this.outage) {
      this.callsLost += 1;
      return { kind: 'timeout', phase: this.chance() < 0.3 ? 'after' : 'before' };
    }
    if (this.#calm || this.chance() >= AT_A_CALL) return undefined;
    const trouble = CALLS[Math.floor(this.chance() * CALLS.length)];
    if (trouble !== undefined)
      this.count('phase' in trouble ? `call_${trouble.kind}_${trouble.phase}` : `call_${trouble.kind}`);
    return trouble;
  }

  /** The ledger is away before a commit, or after it took effect and before its answer. */
  atCommit(): 'before' | 'after' | undefined {
    if (this.#calm) return undefined;
    const drawn = this.chance();
    const phase =
      drawn < AT_A_COMMIT.before ? 'before' : drawn < AT_A_COMMIT.before + AT_A_COMMIT.after ? 'after' : undefined;
    if (phase !== undefined) this.count(`ledger_${phase}`);
    return phase;
  }

  /** Throws where the database is away for the one small write of the adapter's. */
  atNote(): void {
    if (this.#calm || this.chance() >= AT_A_NOTE) return;
    this.count('sent_log');
    throw ledgerUnavailable('The database is away.');
  }

  webhookRefused(): boolean {
    if (this.#calm || this.chance() >= WEBHOOK_REFUSED) return false;
    this.count('webhook_refused');
    return true;
  }
}
