import { setTimeout as wait } from 'node:timers/promises';
import type { Instant } from '../../programs/calendar.ts';
import type { Money } from '../../programs/money.ts';
import { Refusal } from '../../programs/refusal.ts';
import { EVENT_AGE_DAYS_MAX, EVENT_AHEAD_MS_MAX } from '../../server/shifts/intake-item.ts';
import type { StoredDecision } from '../../server/shifts/shift-event-model.ts';
import type { IncomingEvent, IntakeResult, ShiftIntake } from '../../server/shifts/shift-intake.ts';
import { CompactMap, contentMark } from './compact-map.ts';
import { ImportTally, type ImportSummary, type ImportWarnings, type RowVerdict } from './import-tally.ts';
import type { MappingFile } from './mapping-file.ts';
import { openCsvFile, type FileRow } from './read-rows.ts';
import { columnsOf, rowMapper, type MappedRow } from './row-mapper.ts';

/** Rows of one call of the intake: 500 events where each row has a start and an end. */
const BATCH_ROWS = 250;
const BATCHES_IN_FLIGHT = 4;
/** How often a batch is sent again when the intake is full or the database changes its primary (G20). */
const TRIES_MAX = 30;
const DAY_MS = 86_400_000;

/** The policy that the rows are imported under. */
export interface ImportPolicy {
  readonly policyId: string;
  readonly platformId: string;
  readonly currency: string;
  /** Declared back-filling allowed (G16). */
  readonly backFilling: boolean;
  /** CloudEvents `source` of the events; belongs to the policy's platform (G5). */
  readonly source: string;
}

export interface ImportOptions {
  readonly file: string;
  readonly mapping: MappingFile;
  readonly policy: ImportPolicy;
  /** Without it nothing is stored, and the counts say what would be. */
  readonly apply: boolean;
  readonly now: Instant;
  /** Premium of covers whose charge is not final when the event is answered (hourly, per order; G17): from the fold. */
  premiumOf(covers: ImportedCovers): Promise<Money>;
  onHeader?(header: readonly string[]): void;
  /** In the order of the file. */
  onVerdict?(verdict: RowVerdict, cells: readonly string[]): Promise<void>;
  onProgress?(progress: { readonly rows: number; readonly bytes: number; readonly bytesTotal: number }): Promise<void>;
}

/** The covers that the imported rows bring about. */
export interface ImportedCovers {
  readonly productDays: ReadonlySet<string>;
  has(coverId: string): boolean;
  /** Events a dry run decided and did not store; empty when applied, and where every premium was final. */
  readonly unstored: readonly UnstoredEvent[];
}

/** An event with what the intake would answer. */
export interface UnstoredEvent {
  readonly event: IncomingEvent;
  readonly result: Extract<IntakeResult, { status: 'accepted' | 'replayed' }>;
}

type Answers = { readonly results: readonly IntakeResult[] } | { readonly error: unknown };

interface PendingRow extends FileRow {
  readonly outcome: ReturnType<ReturnType<typeof rowMapper>>;
}

/**
 * Streams a file through the intake, some batches at a time, and adds up the verdicts: memory does not grow with the file
 * beyond a few bytes a row. Sending the same file again stores nothing and answers the same totals.
 * Throws `Refusal`: what `openCsvFile` throws, `mapping_column_absent`, and `unavailable` when the database stays away.
 */
export async function importShifts(
  intake: ShiftIntake,
  options: ImportOptions,
): Promise<{ summary: ImportSummary; warnings: ImportWarnings }> {
  const { mapping, policy, now } = options;
  const file = await openCsvFile(options.file, mapping.csv);
  const absent = columnsOf(mapping).filter((column) => !file.header.includes(column));
  if (absent.length > 0) {
    const message = `${options.file} has no column ${absent.map((name) => `"${name}"`).join(', ')}, which the mapping names. It has: ${file.header.join(', ')}.`;
    throw new Refusal('invalid', 'mapping_column_absent', message);
  }
  options.onHeader?.(file.header);
  const map = rowMapper(mapping, file.header, {
    source: policy.source,
    policyId: policy.policyId,
    latestAt: now + EVENT_AHEAD_MS_MAX,
    ...(policy.backFilling ? {} : { earliestAt: now - EVENT_AGE_DAYS_MAX * DAY_MS }),
  });
  const settler = new Settler(intake, options);
  const inFlight: { rows: PendingRow[]; answers: Promise<Answers> }[] = [];
  const settleOldest = async (): Promise<void> => {
    const oldest = inFlight.shift();
    if (oldest === undefined) return;
    const answers = await oldest.answers;
    if ('error' in answers) throw answers.error;
    await settler.settle(oldest.rows, answers.results);
    await options.onProgress?.({ rows: settler.rows, bytes: file.bytesRead(), bytesTotal: file.bytes });
  };
  const send = async (rows: PendingRow[]): Promise<void> => {
    if (inFlight.length >= BATCHES_IN_FLIGHT) await settleOldest();
    // Looked at in its turn: a failure before that must not count as nobody's.
    const answers = settler.send(rows).then(
      (results) => ({ results }),
      (error: unknown) => ({ error }),
    );
    inFlight.push({ rows, answers });
  };
  let batch: PendingRow[] = [];
  for await (const { row, cells } of file.rows()) {
    batch.push({ row, cells, outcome: map(cells) });
    if (batch.length < BATCH_ROWS) continue;
    await send(batch);
    batch = [];
  }
  if (batch.length > 0) await send(batch);
  while (inFlight.length > 0) await settleOldest();
  return settler.finish();
}

/** Sends batches and turns the intake's answers, two for a row, into one verdict a row. */
class Settler {
  rows = 0;
  readonly #tally = new ImportTally();
  /** A dry run stores nothing, so it must remember itself what came earlier in the file. */
  readonly #seen = new CompactMap();
  readonly #unstored: UnstoredEvent[] = [];

  constructor(
    private readonly intake: ShiftIntake,
    private readonly options: ImportOptions,
  ) {}

  async send(rows: readonly PendingRow[]): Promise<readonly IntakeResult[]> {
    const events = rows.flatMap(({ outcome }) => (outcome.ok ? this.#ordered(outcome.row) : []));
    const { platformId } = this.options.policy;
    for (let tries = 1; ; tries += 1) {
      const trouble = await this.#try(events, platformId);
      if (!(trouble instanceof Refusal)) return trouble;
      if (tries === TRIES_MAX) throw trouble;
      await wait((trouble.retryAfterSeconds ?? 1) * 1000);
    }
  }

  async settle(rows: readonly PendingRow[], results: readonly IntakeResult[]): Promise<void> {
    let at = 0;
    for (const { row, cells, outcome } of rows) {
      this.rows += 1;
      if (!outcome.ok) {
        await this.#conclude({ verdict: 'rejected', row, problem: outcome.problem }, cells);
        continue;
      }
      const events = this.#ordered(outcome.row);
      const answers = results.slice(at, at + events.length);
      at += events.length;
      await this.#conclude(this.#verdict(row, outcome.row, answers), cells, outcome.row);
      if (!this.options.apply && !this.#tally.premiumFinal) this.#keep(events, answers);
    }
  }

  async finish(): Promise<{ summary: ImportSummary; warnings: ImportWarnings }> {
    const { covers, productDays, premiumFinal } = this.#tally;
    const premium = premiumFinal
      ? undefined
      : await this.options.premiumOf({ productDays, has: (coverId) => covers.has(coverId), unstored: this.#unstored });
    return { summary: this.#tally.summary(this.options.policy.currency, premium), warnings: this.#tally.warnings() };
  }

  /**
   * Start, then end. Without declared back-filling the end goes first: a row tells that the shift is over, and a late start
   * of a shift known to be over is not covered (G9).
   */
  #ordered({ events }: MappedRow): readonly IncomingEvent[] {
    return this.options.policy.backFilling ? events : [...events].reverse();
  }

  /** The answers, or the refusal after which the same batch may be sent again. */
  async #try(events: readonly IncomingEvent[], platformId: string): Promise<readonly IntakeResult[] | Refusal> {
    try {
      const call = { platformId, via: 'import' } as const;
      const results = await (this.options.apply ? this.intake.submit(events, call) : this.intake.dryRun(events, call));
      const unknown = results.find((result) => result.status === 'unknown');
      return unknown?.refusal ?? results;
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'unavailable') return error;
      throw error;
    }
  }

  #verdict(row: number, mapped: MappedRow, answers: readonly IntakeResult[]): RowVerdict {
    const rejected = answers.find((answer) => answer.status === 'rejected');
    if (rejected !== undefined) {
      const { code, message } = rejected.refusal;
      return { verdict: 'rejected', row, problem: { code, reason: message } };
    }
    const start = this.options.policy.backFilling ? answers[0] : answers.at(-1);
    if (start === undefined || !('decision' in start)) throw new Error(`The intake did not answer row ${row}.`);
    const stored = answers.every((answer) => answer.status === 'replayed');
    const verdict = stored ? 'replayed' : 'accepted';
    return this.options.apply
      ? { verdict, row, decision: start.decision }
      : this.#asIfStored(row, mapped, verdict, start.decision);
  }

  /** What the intake would have answered had the earlier rows of the file been stored. */
  #asIfStored(
    row: number,
    { events: [start] }: MappedRow,
    verdict: 'accepted' | 'replayed',
    decision: StoredDecision,
  ): RowVerdict {
    const mark = contentMark(JSON.stringify(start));
    const earlier = this.#seen.get(start.id);
    if (earlier === undefined) this.#seen.set(start.id, mark);
    else if (earlier !== mark) {
      const reason = 'An earlier row of the file has this id with other content.';
      return { verdict: 'rejected', row, problem: { code: 'event_id_reused', reason } };
    }
    return { verdict: earlier === undefined ? verdict : 'replayed', row, decision };
  }

  async #conclude(verdict: RowVerdict, cells: readonly string[], mapped?: MappedRow): Promise<void> {
    this.#tally.add(verdict, mapped);
    await this.options.onVerdict?.(verdict, cells);
  }

  #keep(events: readonly IncomingEvent[], results: readonly IntakeResult[]): void {
    events.forEach((event, at) => {
      const result = results[at];
      if (result?.status === 'accepted') this.#unstored.push({ event, result });
    });
  }
}
