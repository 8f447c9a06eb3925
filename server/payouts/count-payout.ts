import { dayMs, type Instant } from '../../programs/calendar.ts';
import type { Money } from '../../programs/money.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { UnitResult, UnitWrite } from '../ledger/ledger.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { PAYOUT_COUNTERS } from './payout-document.ts';

/** Payouts to one person within so long count together (M8). */
const COUNTED_MS = 30 * dayMs;

/** A payout counted with the others to its person and of its claim. */
export interface Counted {
  /** Minor units. */
  readonly amount: number;
  /** Belong into the unit that makes the payout: it is refused when another one that counts was made meanwhile. */
  readonly writes: readonly UnitWrite[];
}

/** What a payout counts with. */
export type CountedBy = Pick<Payout, 'holderId' | 'claimId'>;

/**
 * The amount with the person's other payouts of 30 days and all of the claim, whoever they go to (M8); an organisation's
 * are not added up. What was read is held fast by counters, so that of two payouts made in the same moment the second
 * counts the first.
 */
export async function countPayout(
  { payouts }: Pick<PayoutDeps, 'payouts'>,
  by: CountedBy,
  { amount, currency }: Money,
  now: Instant,
): Promise<Counted> {
  const counterIds = countersOf(by);
  if (counterIds.length === 0) return { amount, writes: [] };
  const holderId = isPerson(by.holderId) ? by.holderId : null;
  const group = { holderId, claimId: by.claimId, since: now - COUNTED_MS, currency, counterIds };
  const { versions, total } = await payouts.counted(group);
  // Beyond what can be counted exactly, it is above every band anyway.
  const counted = Math.min(amount + total, Number.MAX_SAFE_INTEGER);
  return { amount: counted, writes: counterIds.map((id) => counterWrite(id, versions.get(id) ?? 0)) };
}

const isPerson = (holderId: string): boolean => holderId.startsWith('per_') || holderId.startsWith('wrk_');

const countersOf = ({ holderId, claimId }: CountedBy): readonly string[] => [
  ...(isPerson(holderId) ? [holderId] : []),
  ...(claimId === null ? [] : [`claim:${claimId}`]),
];

function counterWrite(id: string, version: number): UnitWrite {
  const collection = PAYOUT_COUNTERS;
  return version === 0
    ? { kind: 'insert', collection, document: { _id: id, version: 1 } }
    : { kind: 'update', collection, id, guard: { version }, update: { $set: { version: version + 1 } } };
}

/** Others may come first so often. */
const ROUNDS_MAX = 64;

/**
 * Makes a payout after those of this process with which it counts, and makes it anew while another one comes first all the
 * same: `make` answers undefined when what it counted holds no more. Throws `unavailable` / `payouts_contended`: nothing
 * was made, and asking again is safe.
 */
export function untilCounted<T>(
  { ledger }: Pick<PayoutDeps, 'ledger'>,
  by: CountedBy,
  make: () => Promise<T | undefined>,
): Promise<T> {
  const [first] = countersOf(by);
  const rounds = async (): Promise<T> => {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const made = await make();
      if (made !== undefined) return made;
    }
    throw new Refusal(
      'unavailable',
      'payouts_contended',
      'Too many payouts that count together are made at once: ask again.',
    );
  };
  return first === undefined ? rounds() : inTurn(ledger, first, rounds);
}

/** Waiting in line only saves rounds: when those before are held up, a payout goes ahead after so long. */
const TURN_MS_MAX = 2_000;

/** The last in line for each counter, by the process's ledger. */
const lines = new WeakMap<PayoutDeps['ledger'], Map<string, Promise<unknown>>>();

async function inTurn<T>(ledger: PayoutDeps['ledger'], counterId: string, work: () => Promise<T>): Promise<T> {
  const lasts = lines.get(ledger) ?? new Map<string, Promise<unknown>>();
  lines.set(ledger, lasts);
  const before = lasts.get(counterId);
  const mine = before === undefined ? work() : settled(before).then(work);
  lasts.set(counterId, mine);
  try {
    return await mine;
  } finally {
    if (lasts.get(counterId) === mine) lasts.delete(counterId);
  }
}

/** Until it has ended, whatever became of it (its own caller is told), or has taken too long. */
function settled(before: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, TURN_MS_MAX);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    before.then(end, end);
  });
}

/** Whether a unit was refused because something that it read is no longer so. */
export const isStale = (result: UnitResult): boolean =>
  result.status === 'refused' && (result.code === 'guard_failed' || result.code === 'already_exists');
