import type { ClientSession } from 'mongodb';
import { Refusal } from '../../programs/refusal.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Services } from '../services.ts';
import { commitUnits } from './commit-units.ts';
import { commitInTime, ledgerUnavailable } from './flush-attempt.ts';
import type { Ledger, LedgerUnit, UnitResult } from './ledger.ts';
import { prepareUnit, takeRound, type PreparedUnit } from './prepare-unit.ts';

/** Units in one transaction: more would make a caller wait for too many others. */
const FLUSH_UNITS_MAX = 512;
/** After a repetition others follow: so many flushes look first for what is booked already. */
const FLUSHES_CAREFUL = 50;
/** Units that may wait: some twenty full flushes. */
const QUEUE_UNITS_MAX = 10_000;

type LedgerMetrics = Pick<Metrics, 'ledgerUnits' | 'ledgerFlushUnits' | 'ledgerFlushSeconds' | 'ledgerRetries'>;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface WaitingUnit extends PreparedUnit {
  readonly resolve: (result: UnitResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The ledger over the database. One writer per process: while a flush runs the next one gathers, so that under load many
 * units share one transaction, and a lone one waits for nobody. `metrics` are counted where they are given.
 */
export function openLedger({
  database,
  clock,
  log,
  metrics,
}: Pick<Services, 'database' | 'clock' | 'log'> & { readonly metrics?: LedgerMetrics }): Ledger {
  const { client, db } = database;
  let careful = 0;
  let waiting: WaitingUnit[] = [];
  let writer: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      // Whoever asks in the same turn of the event loop shares the flush: also those that the last one has just answered.
      await nextTurn();
      const { taken, left } = takeRound(waiting, FLUSH_UNITS_MAX);
      waiting = left;
      await flush(taken);
    }
    writer = undefined;
  }

  /** Answers every unit, and never rejects. */
  async function flush(units: readonly WaitingUnit[]): Promise<void> {
    const startedMs = performance.now();
    try {
      const results = await commitInTime(client, (session, attempt) => attemptFlush(session, units, attempt));
      metrics?.ledgerFlushUnits.observe(units.length);
      metrics?.ledgerFlushSeconds.observe((performance.now() - startedMs) / 1_000);
      count(results);
      for (const [index, unit] of units.entries()) unit.resolve(results[index] ?? missing(unit));
    } catch (error) {
      await answerFailed(units, error);
    }
  }

  async function attemptFlush(session: ClientSession, units: readonly WaitingUnit[], attempt: number) {
    if (attempt > 0) metrics?.ledgerRetries.inc();
    const expectNew = careful === 0;
    if (careful > 0) careful -= 1;
    try {
      const results = await commitUnits(db, session, units, { now: clock.now(), expectNew });
      if (results.some(({ status }) => status === 'replayed')) careful = FLUSHES_CAREFUL;
      return results;
    } catch (error) {
      if (isDuplicateKey(error)) careful = FLUSHES_CAREFUL;
      throw error;
    }
  }

  function count(results: readonly UnitResult[]): void {
    const byResult = new Map<string, number>();
    for (const { status } of results) byResult.set(status, (byResult.get(status) ?? 0) + 1);
    for (const [result, units] of byResult) metrics?.ledgerUnits.inc({ result }, units);
  }

  async function answerFailed(units: readonly WaitingUnit[], error: unknown): Promise<void> {
    if (error instanceof Refusal) {
      log.warn({ err: error, units: units.length }, 'A flush of the ledger failed.');
      for (const { reject } of units) reject(error);
      return;
    }
    const [first, ...others] = units;
    if (first === undefined) return;
    if (others.length > 0) {
      // One of them is to blame: each alone, so that it alone fails (M3).
      for (const unit of units) await flush([unit]);
      return;
    }
    const taken = isDuplicateKey(error) ? takenKey(first, error) : undefined;
    if (taken === undefined) first.reject(error);
    else first.resolve(taken);
  }

  return {
    async commit(unit) {
      const prepared = prepareUnit(unit);
      if (waiting.length >= QUEUE_UNITS_MAX) {
        throw ledgerUnavailable('Too much is waiting for the ledger: nothing was written. Try again.');
      }
      return new Promise<UnitResult>((resolve, reject) => {
        waiting.push({ ...prepared, resolve, reject });
        writer ??= write();
      });
    },

    async commitWithin(session, units: readonly LedgerUnit[]) {
      return commitUnits(db, session, units.map(prepareUnit), { now: clock.now(), expectNew: false });
    },

    async drain() {
      while (writer !== undefined) await writer;
    },
  };
}

/** A document of the unit has a unique key, other than its `_id`, that another one holds. */
function takenKey({ unit }: WaitingUnit, error: Error): UnitResult | undefined {
  const [, collection = '', index = ''] = /collection: [^.\s]+\.(\S+) index: (\S+)/.exec(error.message) ?? [];
  if (!(unit.writes ?? []).some((write) => write.collection === collection)) return undefined;
  const message = `Another document of ${collection} has the same unique key (${index}).`;
  return { status: 'refused', code: 'already_exists', message, at: collection };
}

function missing({ unit }: WaitingUnit): never {
  throw new Error(`Unit ${unit.id} was not decided.`);
}
