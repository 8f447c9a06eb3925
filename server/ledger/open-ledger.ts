import { Refusal } from '../../programs/refusal.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { Services } from '../services.ts';
import { commitUnits } from './commit-units.ts';
import { commitInTime, ledgerUnavailable } from './flush-attempt.ts';
import type { Ledger, LedgerUnit, UnitResult } from './ledger.ts';
import { prepareUnit, takeRound, type PreparedUnit } from './prepare-unit.ts';

/**
 * Units in one transaction: half of those that wait, so that their callers get on while the database works for the others;
 * not less than the first, which share a flush as cheaply, nor more than the second, which would wait for too many others.
 */
const FLUSH_UNITS = { atLeast: 512, atMost: 512 };
/** Units that may wait: some twenty full flushes. */
const QUEUE_UNITS_MAX = 10_000;

type Answer = () => void;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface WaitingUnit extends PreparedUnit {
  readonly resolve: (result: UnitResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The ledger over the database. One writer per process: while a flush runs the next one gathers, so that under load many
 * units share one transaction, and a lone one waits for nobody.
 */
export function openLedger({ database, clock, log }: Pick<Services, 'database' | 'clock' | 'log'>): Ledger {
  const { client, db } = database;
  let waiting: WaitingUnit[] = [];
  let writer: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      // Whoever asks in the same turn of the event loop shares the flush.
      await nextTurn();
      let answer: Answer | undefined;
      while (waiting.length > 0) {
        const { atLeast, atMost } = FLUSH_UNITS;
        const { taken, left } = takeRound(waiting, Math.min(Math.max(Math.ceil(waiting.length / 2), atLeast), atMost));
        waiting = left;
        const flushing = flush(taken);
        // Only when the next flush is on its way: its callers' work goes on beside it.
        if (answer !== undefined) setImmediate(answer);
        answer = await flushing;
      }
      answer?.();
      await nextTurn();
    }
    writer = undefined;
  }

  /** Never rejects; answers the units when what it returns is called. */
  async function flush(units: readonly WaitingUnit[]): Promise<Answer> {
    try {
      const results = await commitInTime(client, (session) => commitUnits(db, session, units, clock.now()));
      return () => units.forEach((unit, index) => unit.resolve(results[index] ?? missing(unit)));
    } catch (error) {
      return answerFailed(units, error);
    }
  }

  async function answerFailed(units: readonly WaitingUnit[], error: unknown): Promise<Answer> {
    if (error instanceof Refusal) {
      log.warn({ err: error, units: units.length }, 'A flush of the ledger failed.');
      return () => units.forEach(({ reject }) => reject(error));
    }
    const [first, ...others] = units;
    if (first === undefined || others.length > 0) {
      // One of them is to blame: each alone, so that it alone fails (M3).
      const answers: Answer[] = [];
      for (const unit of units) answers.push(await flush([unit]));
      return () => answers.forEach((answer) => answer());
    }
    const taken = isDuplicateKey(error) ? takenKey(first, error) : undefined;
    return () => (taken === undefined ? first.reject(error) : first.resolve(taken));
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
      return commitUnits(db, session, units.map(prepareUnit), clock.now());
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
