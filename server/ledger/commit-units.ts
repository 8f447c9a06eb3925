import type { ClientSession, Db } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { applyDecision, decideUnit, type UnitDecision } from '../../programs/ledger/decide-unit.ts';
import type { UnitResult } from './ledger.ts';
import { loadUnits, unitToDecide } from './load-units.ts';
import { takeRound, type PreparedUnit } from './prepare-unit.ts';
import { writeUnits } from './write-units.ts';

/**
 * Commits units inside a transaction: reads, decides each against what the ones before it left, writes. Units that write
 * the same document follow one another in rounds, so that the second sees what the first wrote. Throws the driver's errors.
 */
export async function commitUnits(
  db: Db,
  session: ClientSession,
  units: readonly PreparedUnit[],
  now: Instant,
): Promise<readonly UnitResult[]> {
  const results = new Map<PreparedUnit, UnitResult>();
  for (let waiting = units; waiting.length > 0;) {
    const { taken, left } = takeRound(waiting);
    const decisions = await commitRound(db, session, taken, now);
    for (const [unit, decision] of decisions) results.set(unit, resultOf(decision));
    waiting = left;
  }
  return units.flatMap((unit) => results.get(unit) ?? []);
}

async function commitRound(
  db: Db,
  session: ClientSession,
  units: readonly PreparedUnit[],
  now: Instant,
): Promise<ReadonlyMap<PreparedUnit, UnitDecision>> {
  const loaded = await loadUnits(db, session, units);
  const before = new Map(loaded.state.accounts);
  const decisions = new Map<PreparedUnit, UnitDecision>();
  for (const prepared of units) {
    const unit = unitToDecide(prepared, loaded.documents);
    const decision = decideUnit(loaded.state, unit, now);
    applyDecision(loaded.state, unit, decision);
    decisions.set(prepared, decision);
  }
  const decided = [...decisions].map(([prepared, decision]) => ({ prepared, decision }));
  await writeUnits(db, session, { ...loaded, before }, decided, now);
  return decisions;
}

/** What the caller is told of a decision. */
export function resultOf(decision: UnitDecision): UnitResult {
  return decision.status === 'refused' ? { status: 'refused', ...decision.refusal } : { status: decision.status };
}
