import type { Instant } from '../calendar.ts';
import type { AccountId } from '../ledger/chart.ts';
import type { Money } from '../money.ts';
import type { PayoutState } from './payout-states.ts';

/** How a payee stands to the insured person. */
export type PayeeRelation = 'self' | 'beneficiary' | 'guardian' | 'provider' | 'carrier' | 'unrelated';

/** What is paid for: a claim's line, or whatever the decision names. */
export interface PayoutLine {
  readonly ref: string;
  /** Minor units of the payout's currency. */
  readonly amount: number;
}

/** One person's yes to exactly these lines, this payee and this amount (M8). */
export interface PayoutApproval {
  /** The person's id, never a key's. */
  readonly person: string;
  readonly at: Instant;
  /** The binding that was approved. */
  readonly binding: string;
}

/** What became of an attempt; open while the key may act. */
export type AttemptOutcome =
  | 'open'
  | 'posted'
  | 'returned'
  /** The provider said no: nothing moved and nothing will under this key. */
  | 'refused'
  /** The provider accepted, then gave up. */
  | 'failed'
  | 'canceled'
  /** Not to be found at the provider after the key could no longer act. */
  | 'absent';

/** One key that went to a provider. The next attempt exists only after this one is certainly dead (M7). */
export interface PayoutAttempt {
  /** From 1. */
  readonly number: number;
  /** Stored before the first call, and the only one of this attempt. */
  readonly key: string;
  readonly keyedAt: Instant;
  /** The account that it goes to, for every call of this key. */
  readonly payeeVersion: number;
  readonly outcome: AttemptOutcome;
  /** Of a failure: who has to mend it. */
  readonly fault: FailureFault | null;
  readonly endedAt: Instant | null;
  readonly providerRef: string | null;
  /** The provider's own code and words, of its last answer. */
  readonly words: string | null;
}

export type FailureFault = 'payee' | 'passing' | 'other';

/** A worker's right to send; a completion without the token is refused. */
export interface PayoutLease {
  readonly token: string;
  readonly until: Instant;
}

export interface TimelineEntry {
  readonly at: Instant;
  readonly state: PayoutState;
  /** `operator:...` or `system`. */
  readonly by: string;
  readonly note: string | null;
}

/** The payout as rules see it; stored as it is. */
export interface Payout {
  readonly id: string;
  /** The fact that is paid: one payout for ever. */
  readonly businessKey: string;
  /** Hash of what the caller asked for, to tell a repetition from a clash. */
  readonly contentHash: string;
  readonly claimId: string | null;
  /** The returned payout that this one tries again (M7). */
  readonly retryOf: string | null;

  readonly amount: Money;
  /** What the bands look at: with advances and linked claims (M8); at least the amount. */
  readonly countedAmount: number;
  readonly lines: readonly PayoutLine[];
  readonly statementText: string;
  readonly fundingAccount: AccountId;
  /** Where money that is given up after a return goes back to: the first funding account of the chain. */
  readonly sourceAccount: AccountId;
  readonly cashAccount: AccountId;
  readonly provider: 'stripe' | 'bank_file';

  readonly payeeId: string;
  readonly payeeVersion: number;
  /** Who set that version: may not approve (M8). */
  readonly payeeEditor: string;
  readonly relation: PayeeRelation;
  /** The person or organisation that the money belongs to: `payee:<holder>:unclaimed`. */
  readonly holderId: string;

  readonly createdBy: string;
  readonly assessors: readonly string[];
  /** Absent: every account of the payee counts as set after it. */
  readonly incidentAt: Instant | null;
  readonly decidedAt: Instant;

  /** What an approval binds: lines, payee with version, amount. */
  readonly binding: string;
  readonly approvals: readonly PayoutApproval[];
  readonly coolsUntil: Instant | null;

  readonly state: PayoutState;
  readonly stateSince: Instant;
  /** Rises with every write: the compare-and-set. */
  readonly version: number;
  /** Events told so far (the aggregate's sequence). */
  readonly events: number;
  /** The reservation is `<id>:<n>`; n rises only by a recorded decision (M2). */
  readonly reservation: number;
  /** When somebody should look again; null: a person or a fact moves it. */
  readonly nextAt: Instant | null;
  readonly lease: PayoutLease | null;
  readonly attempts: readonly PayoutAttempt[];
  /** The payout that tries again after the return, or when its money was given back to its source. */
  readonly successorId: string | null;
  readonly releasedAt: Instant | null;
  /** What a provider said that cannot be: for a person. */
  readonly contradictions: readonly string[];
  readonly timeline: readonly TimelineEntry[];
}

/** The payee as it stands now, as far as a payout depends on it. */
export interface PayeeNow {
  readonly payeeId: string;
  readonly version: number;
  /** When this version was set, and by whom. */
  readonly setAt: Instant;
  readonly editor: string;
  readonly verified: boolean;
  readonly relation: PayeeRelation;
  readonly holderId: string;
}

export const lastAttempt = (payout: Pick<Payout, 'attempts'>): PayoutAttempt | undefined => payout.attempts.at(-1);

/** The attempt whose key is out and may still act; at most one. */
export const openAttempt = (payout: Pick<Payout, 'attempts'>): PayoutAttempt | undefined =>
  payout.attempts.find(({ outcome }) => outcome === 'open');
