import type { ClientSession } from 'mongodb';
import type { AccountId } from '../../../programs/ledger/chart.ts';
import {
  emptyState,
  EMPTY_TOTALS,
  type AccountTotals,
  type LedgerState,
} from '../../../programs/ledger/ledger-state.ts';
import type { Clock } from '../../clock.ts';
import { collectWrites } from '../collect-writes.ts';
import { decideRound, inRounds } from '../commit-units.ts';
import type { Ledger, LedgerUnit, UnitResult } from '../ledger.ts';
import { prepareUnit, type PreparedUnit } from '../prepare-unit.ts';
import { MemoryDocuments } from './memory-documents.ts';

/**
 * The ledger in memory, for simulations: the same decisions and the same stored forms as in the database, each unit
 * committed at once, so that the same calls in the same order always leave the same books. Unique keys other than `_id` are
 * unknown to it, and `commitWithin` cannot be undone.
 */
export class MemoryLedger implements Ledger {
  readonly documents = new MemoryDocuments();
  readonly #clock: Clock;
  readonly #closedMonths = new Set<string>();
  readonly #state: LedgerState = { ...emptyState(), closedMonths: this.#closedMonths };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `YYYY-MM` (M10) */
  closeMonth(month: string): void {
    this.#closedMonths.add(month);
  }

  totals(account: AccountId): AccountTotals {
    return this.#state.accounts.get(account) ?? EMPTY_TOTALS;
  }

  async commit(unit: LedgerUnit): Promise<UnitResult> {
    const [result] = await this.commitAll([unit]);
    if (result === undefined) throw new Error(`Unit ${unit.id} was not decided.`);
    return result;
  }

  async commitWithin(_session: ClientSession, units: readonly LedgerUnit[]): Promise<readonly UnitResult[]> {
    return this.commitAll(units);
  }

  async drain(): Promise<void> {}

  /** As one flush would. */
  async commitAll(units: readonly LedgerUnit[]): Promise<readonly UnitResult[]> {
    const now = this.#clock.now();
    return inRounds(units.map(prepareUnit), async (round: readonly PreparedUnit[]) => {
      const decided = decideRound({ state: this.#state, documents: this.documents }, round, now);
      this.documents.apply(collectWrites(decided, this.documents, now));
      return decided;
    });
  }
}
