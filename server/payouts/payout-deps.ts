import type { Instant } from '../../programs/calendar.ts';
import type { AccountId } from '../../programs/ledger/chart.ts';
import type { PayeeNow, Payout } from '../../programs/payouts/payout.ts';
import type { PayoutState } from '../../programs/payouts/payout-states.ts';
import type { Clock } from '../clock.ts';
import type { IdMaker } from '../database/ids.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PaymentProvider, PayeeDestination, ProviderName } from '../payments/payment-port.ts';
import type { PayoutPoint } from './payout-points.ts';

/**
 * What payouts find. They are written by the ledger alone, as writes of its units (`payout-unit.ts`), so a store only
 * reads. Lists are bounded by `limit`.
 */
export interface PayoutStore {
  byId(payoutId: string): Promise<Payout | undefined>;
  /** What the sending worker has to look at: `SENDABLE` states whose `nextAt` has come, longest due first. */
  due(now: Instant, limit: number): Promise<readonly Payout[]>;
  /** What has to be asked of its provider: `unknown` and `sent` whose `nextAt` has come, longest due first. */
  toReconcile(now: Instant, limit: number): Promise<readonly Payout[]>;
  /** `awaiting_funds` in order of decision, after the one given. */
  awaitingFunds(after: Pick<Payout, 'decidedAt' | 'id'> | undefined, limit: number): Promise<readonly Payout[]>;
  /** Whether a payout waits for money of this account: later ones wait behind it (H2). */
  isAwaited(fundingAccount: AccountId): Promise<boolean>;
  /** Payouts to this payee that wait, with no key out: their binding follows the payee (M8). */
  waitingFor(payeeId: string, limit: number): Promise<readonly Payout[]>;
  /**
   * What counts together (M8), but for those given up or returned, with the versions of its counters (`PAYOUT_COUNTERS`).
   * The versions must be read before the payouts: the unit that makes the next one is guarded by them
   * (`count-payout.ts`). A store in memory reads the counters among the documents of its ledger, where that unit writes.
   */
  counted(group: CountGroup): Promise<Count>;
  /** What a limited account can still give; a guess, good for not asking in vain: the ledger decides. */
  available(account: AccountId): Promise<number>;
}

/** Payouts that count together: those to a person since an instant, and all of a claim, whoever they went to. */
export interface CountGroup {
  readonly holderId: string | null;
  readonly claimId: string | null;
  readonly since: Instant;
  readonly currency: string;
  /** Of the person and of the claim. */
  readonly counterIds: readonly string[];
}

export interface Count {
  /** By the counter's id; 0 or absent while there is none. */
  readonly versions: ReadonlyMap<string, number>;
  /** Minor units. */
  readonly total: number;
}

/** What a payout has to know of payees. */
export interface PayeeLookup {
  /** As they stand now, by id; an unknown or erased one is missing. */
  current(payeeIds: readonly string[]): Promise<ReadonlyMap<string, PayeeNow>>;
  /** Where versions are paid, sealed, by `versionKey`. */
  destinations(versions: readonly PayeeVersionRef[]): Promise<ReadonlyMap<string, SealedDestination>>;
}

export interface PayeeVersionRef {
  readonly payeeId: string;
  readonly version: number;
}

export const versionKey = ({ payeeId, version }: PayeeVersionRef): string => `${payeeId}:${version}`;

/** Opened for the moment of the call only; undefined when the holder was erased. */
export interface SealedDestination {
  open(): PayeeDestination | undefined;
}

/** Lines of the log; a part of pino's logger. */
export interface PayoutLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** All that the use cases of payouts touch: the same files run in the service, in chaos and in the simulation. */
export interface PayoutDeps {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly payouts: PayoutStore;
  readonly payees: PayeeLookup;
  readonly providers: Readonly<
    Record<ProviderName, Pick<PaymentProvider, 'cashAccount' | 'sendPayout' | 'findPayouts'>>
  >;
  readonly clock: Clock;
  readonly ids: IdMaker;
  readonly log: PayoutLog;
  /** Counts payouts by the state that they reach, and those that are put off. */
  readonly count?: (outcome: PayoutState | 'put_off') => void;
  /** Called at the edges of every step; a test dies there by throwing. */
  readonly at?: (point: PayoutPoint) => void | Promise<void>;
}
