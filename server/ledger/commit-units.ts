import type { ClientSession, Db } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { applyDecision, decideUnit, type UnitDecision } from '../../programs/ledger/decide-unit.ts';
import type { LedgerState } from '../../programs/ledger/ledger-state.ts';
import { collectWrites, type DecidedUnit } from './collect-writes.ts';
import type { UnitResult } from './ledger.ts';
import { loadUnits, type LoadedUnits } from './load-units.ts';
import { takeRound, type PreparedUnit } from './prepare-unit.ts';
import { refuseWrites } from './refuse-writes.ts';
import { writeUnits } from './write-units.ts';

export interface CommitUnits {
  readonly now: Instant;
  /**
   * Takes it that no transfer of the units is booked yet, which saves the look for 256 ids a fifth of a flush. When one is,
   * either its unit is decided other than `committed`, and then all is looked up and decided anew; or its insert throws
   * the duplicate key, and the transaction must be tried again without `expectNew`.
   */
  readonly expectNew: boolean;
}

/**
 * Commits units inside a transaction: reads, decides each against what the ones before it left, writes. Units that write
 * the same document follow one another in rounds, so that the second sees what the first wrote. Throws the driver's errors.
 */
export async function commitUnits(
  db: Db,
  session: ClientSession,
  units: readonly PreparedUnit[],
  { now, expectNew }: CommitUnits,
): Promise<readonly UnitResult[]> {
  return inRounds(units, async (round) => {
    let loaded = await loadUnits(db, session, round, { booked: !expectNew });
    let decided = decideRound(loaded, round, now);
    if (expectNew && decided.some(({ decision }) => decision.status !== 'committed')) {
      loaded = await loadUnits(db, session, round, { booked: true });
      decided = decideRound(loaded, round, now);
    }
    await writeUnits(db, session, collectWrites(decided, loaded.documents, now));
    return decided;
  });
}

/** Answers units in their order, whatever the rounds in which they had to be decided. */
export async function inRounds(
  units: readonly PreparedUnit[],
  commitRound: (round: readonly PreparedUnit[]) => Promise<readonly DecidedUnit[]>,
): Promise<readonly UnitResult[]> {
  const results = new Map<PreparedUnit, UnitResult>();
  for (let waiting = units; waiting.length > 0;) {
    const { taken, left } = takeRound(waiting);
    for (const { prepared, decision } of await commitRound(taken)) results.set(prepared, resultOf(decision));
    waiting = left;
  }
  return units.flatMap((unit) => results.get(unit) ?? []);
}

/** Decides units one after the other; the loaded state moves on with them. */
export function decideRound(
  { state, documents }: { readonly state: LedgerState; readonly documents: Pick<LoadedUnits['documents'], 'get'> },
  units: readonly PreparedUnit[],
  now: Instant,
): readonly DecidedUnit[] {
  return units.map((prepared) => {
    const writesRefusal = refuseWrites(prepared.unit.writes ?? [], documents);
    const { id } = prepared.unit;
    const unit = { id, transfers: prepared.transfers, ...(writesRefusal === undefined ? {} : { writesRefusal }) };
    const decision = decideUnit(state, unit, now);
    applyDecision(state, unit, decision);
    return { prepared, decision };
  });
}

/** What the caller is told of a decision. */
function resultOf(decision: UnitDecision): UnitResult {
  return decision.status === 'refused' ? { status: 'refused', ...decision.refusal } : { status: decision.status };
}
