import type { Money } from '../../programs/money.ts';
import { CompactMap } from './compact-map.ts';
import type { MappedRow } from './row-mapper.ts';
import type { RowProblem } from './row-problem.ts';
import type { StoredDecision } from '../../server/shifts/shift-event-model.ts';

/** Couriers named in a warning; the rest is a number. */
const NAMED_WORKERS_MAX = 20;

/** What became of one row. `row` counts as a spreadsheet shows it: the header is row 1. */
export type RowVerdict =
  | { readonly verdict: 'accepted' | 'replayed'; readonly row: number; readonly decision: StoredDecision }
  | { readonly verdict: 'rejected'; readonly row: number; readonly problem: RowProblem };

/** The last line of `shifts import --json`. Rows are counted, not events; the amount is in minor units. */
export interface ImportSummary {
  readonly rows: number;
  /** Stored for the first time, covered or not; in a dry run: would be. */
  readonly accepted: number;
  readonly replayed: number;
  readonly rejected: number;
  /** Of the accepted and the replayed. */
  readonly notCovered: number;
  /** What these rows bring about in total, also when all were replayed. */
  readonly covers: number;
  readonly premium: Money;
  readonly rejections: Readonly<Record<string, number>>;
}

/** What people should look at, beside the counts. */
export interface ImportWarnings {
  /** Couriers whose rows declare different ages: how many, and the first of them by name. */
  readonly contradictingAges: { readonly workers: number; readonly named: readonly string[] };
  readonly unknownAgeRows: number;
  /** Rows by reason why they are not covered. */
  readonly notCoveredReasons: Readonly<Record<string, number>>;
}

/** Adds up verdicts in memory that does not grow with texts: about 20 bytes a cover and a courier. */
export class ImportTally {
  /** Distinct covers, by id. */
  readonly covers = new CompactMap();
  /** Product days of the covers. */
  readonly productDays = new Set<string>();
  /** Whether every premium seen is final (G17); when not, the fold tells the premium. */
  premiumFinal = true;
  #premium = 0;
  #counts = { accepted: 0, replayed: 0, rejected: 0 };
  #notCovered = 0;
  #unknownAge = 0;
  readonly #rejections = new Map<string, number>();
  readonly #notCoveredReasons = new Map<string, number>();
  readonly #ages = new CompactMap();
  readonly #contradicting = new CompactMap();
  readonly #named: string[] = [];

  /** Counts a row; a row that could not be mapped has no `row`. */
  add(verdict: RowVerdict, row?: MappedRow): void {
    this.#counts[verdict.verdict] += 1;
    if (verdict.verdict === 'rejected') {
      increment(this.#rejections, verdict.problem.code);
      return;
    }
    if (row !== undefined) this.#noteAge(row);
    const { decision } = verdict;
    if (decision.outcome === 'not_covered') {
      this.#notCovered += 1;
      for (const reason of decision.reasons) increment(this.#notCoveredReasons, reason);
    }
    const { cover, premium } = decision;
    if (cover === undefined || premium === undefined || !this.covers.set(cover.coverId, 0)) return;
    this.productDays.add(cover.productDay);
    this.#premium += premium.amount;
    this.premiumFinal &&= premium.final;
  }

  /** `premium` replaces the sum of the answers where these were not final. */
  summary(currency: string, premium?: Money): ImportSummary {
    const { accepted, replayed, rejected } = this.#counts;
    return {
      rows: accepted + replayed + rejected,
      accepted,
      replayed,
      rejected,
      notCovered: this.#notCovered,
      covers: this.covers.size,
      premium: premium ?? { amount: this.#premium, currency },
      rejections: sorted(this.#rejections),
    };
  }

  warnings(): ImportWarnings {
    return {
      contradictingAges: { workers: this.#contradicting.size, named: this.#named },
      unknownAgeRows: this.#unknownAge,
      notCoveredReasons: sorted(this.#notCoveredReasons),
    };
  }

  #noteAge({ workerId, declaredAge }: MappedRow): void {
    if (declaredAge === undefined) {
      this.#unknownAge += 1;
      return;
    }
    const known = this.#ages.get(workerId);
    if (known === undefined) this.#ages.set(workerId, declaredAge);
    else if (known !== declaredAge && this.#contradicting.set(workerId, 0) && this.#named.length < NAMED_WORKERS_MAX) {
      this.#named.push(workerId);
    }
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Most frequent first. */
function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)));
}
