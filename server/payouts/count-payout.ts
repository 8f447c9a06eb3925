import { dayMs, type Instant } from '../../programs/calendar.ts';
import type { Money } from '../../programs/money.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { UnitResult, UnitWrite } from '../ledger/ledger.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { PAYOUT_COUNTERS } from './payout-document.ts';

/** Payouts to one person within so long count together (M8). */
const COUNTED_MS = 30 * dayMs;

/** A payout counted with the others to its person. */
export interface Counted {
  /** Minor units. */
  readonly amount: number;
  /** Belong into the unit that makes the payout: it is refused when another payout to the person was made meanwhile. */
  readonly writes: readonly UnitWrite[];
}

/**
 * The amount with the person's other payouts of 30 days (M8); an organisation's are not added up. What was read is held
 * fast by the holder's counter, so that of two payouts made in the same moment the second counts the first.
 */
export async function countPayout(
  { payouts }: Pick<PayoutDeps, 'payouts'>,
  holderId: string,
  { amount, currency }: Money,
  now: Instant,
): Promise<Counted> {
  if (!holderId.startsWith('per_') && !holderId.startsWith('wrk_')) return { amount, writes: [] };
  const { version, total } = await payouts.countedFor(holderId, currency, now - COUNTED_MS);
  // Beyond what can be counted exactly, it is above every band anyway.
  const counted = Math.min(amount + total, Number.MAX_SAFE_INTEGER);
  return { amount: counted, writes: [counterWrite(holderId, version)] };
}

function counterWrite(id: string, version: number): UnitWrite {
  const collection = PAYOUT_COUNTERS;
  return version === 0
    ? { kind: 'insert', collection, document: { _id: id, version: 1 } }
    : { kind: 'update', collection, id, guard: { version }, update: { $set: { version: version + 1 } } };
}

/** Other processes may come first so often; within one process payouts to a person wait for each other. */
const ROUNDS_MAX = 64;

/**
 * Makes a payout to a holder, after those of this process that are made to it already, and makes it anew while another
 * process comes first: `make` answers undefined when what it counted holds no more. Throws `unavailable` /
 * `payouts_contended`: nothing was made, and asking again is safe.
 */
export function untilCounted<T>(
  { ledger }: Pick<PayoutDeps, 'ledger'>,
  holderId: string,
  make: () => Promise<T | undefined>,
): Promise<T> {
  return inTurn(ledger, holderId, async () => {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const made = await make();
      if (made !== undefined) return made;
    }
    throw new Refusal(
      'unavailable',
      'payouts_contended',
      'Too many payouts to one person are made at once: ask again.',
    );
  });
}

/** The last in the line of each holder, by the process's ledger. */
const lines = new WeakMap<PayoutDeps['ledger'], Map<string, Promise<unknown>>>();

async function inTurn<T>(ledger: PayoutDeps['ledger'], holderId: string, work: () => Promise<T>): Promise<T> {
  const lasts = lines.get(ledger) ?? new Map<string, Promise<unknown>>();
  lines.set(ledger, lasts);
  // Whatever became of the one before: its own caller is told.
  const mine = Promise.allSettled([lasts.get(holderId)]).then(work);
  lasts.set(holderId, mine);
  try {
    return await mine;
  } finally {
    if (lasts.get(holderId) === mine) lasts.delete(holderId);
  }
}

/** Whether a unit was refused because something that it read is no longer so. */
export const isStale = (result: UnitResult): boolean =>
  result.status === 'refused' && (result.code === 'guard_failed' || result.code === 'already_exists');
