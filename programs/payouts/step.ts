import type { Instant } from '../calendar.ts';
import type { Payout } from './payout.ts';
import { mayMove, type PayoutState } from './payout-states.ts';

/** What a step does to money. */
export type Move =
  /** Holds the amount: funding account -> cash, pending. */
  | 'reserve'
  | 'post'
  | 'void'
  /** Cash -> `payee:<holder>:unclaimed` (M7). */
  | 'return'
  /** `payee:<holder>:unclaimed` -> where the money came from. */
  | 'release';

/** What a step tells the outside. */
export type Tell = 'payout.created' | 'payout.paid' | 'payout.failed' | 'payout.returned' | 'payout.voided';

/** A decision about one payout: what it becomes, what moves, what is told. Stored as one unit of the ledger. */
export interface Step {
  readonly payout: Payout;
  readonly moves: readonly Move[];
  readonly tells: readonly Tell[];
  /** Something that cannot be, for a person: also among the payout's contradictions. */
  readonly alarm?: string;
}

const TIMELINE_MAX = 100;
const CONTRADICTIONS_MAX = 20;

export interface Advance {
  readonly to: PayoutState;
  readonly now: Instant;
  readonly by?: string;
  readonly note?: string;
  readonly moves?: readonly Move[];
  readonly tells?: readonly Tell[];
  /** Everything else that changes. Lease and `nextAt` go unless they are given. */
  readonly change?: Partial<
    Pick<
      Payout,
      | 'approvals'
      | 'attempts'
      | 'binding'
      | 'coolsUntil'
      | 'lease'
      | 'nextAt'
      | 'payeeEditor'
      | 'payeeVersion'
      | 'relation'
      | 'releasedAt'
      | 'reservation'
      | 'successorId'
    >
  >;
}

/** The payout after a step. Throws when the table of states does not know it: a bug. */
export function advance(
  before: Payout,
  { to, now, by = 'system', note, moves = [], tells = [], change }: Advance,
): Step {
  if (!mayMove(before.state, to)) throw new Error(`${before.id} cannot go from ${before.state} to ${to}.`);
  const stays = before.state === to;
  const told = stays && note === undefined ? [] : [{ at: now, state: to, by, note: note ?? null }];
  const payout: Payout = {
    ...before,
    lease: null,
    nextAt: null,
    ...change,
    state: to,
    stateSince: stays ? before.stateSince : now,
    version: before.version + 1,
    events: before.events + tells.length,
    timeline: told.length === 0 ? before.timeline : [...before.timeline, ...told].slice(-TIMELINE_MAX),
  };
  return { payout, moves, tells };
}

/** Keeps what a provider said that cannot be; undefined when it is kept already. Nothing else changes. */
export function contradict(before: Payout, alarm: string): Step | undefined {
  if (before.contradictions.includes(alarm) || before.contradictions.length >= CONTRADICTIONS_MAX) return undefined;
  const payout = { ...before, version: before.version + 1, contradictions: [...before.contradictions, alarm] };
  return { payout, moves: [], tells: [], alarm };
}
