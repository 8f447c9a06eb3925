import { MongoBulkWriteError } from 'mongodb';
import type { Logger } from 'pino';
import { actorName } from '../actor.ts';
import type { Clock } from '../clock.ts';
import { deterministicId, type IdMaker } from '../database/ids.ts';
import type { Models } from '../database/models.ts';
import type { Disclosure, DisclosureLog } from './disclosure-log.ts';
import type { DisclosureDocument } from './disclosure-model.ts';

const HOUR_MS = 3_600_000;
const FLUSH_MS = 1_000;
/** Rows known to be written: repeats within the hour are answered from here. */
const KNOWN_MAX = 50_000;
/** Noted rows in memory; a database away for long drops the newest beyond it, and the log says so. */
const WAITING_MAX = 50_000;
const BATCH_ROWS = 1_000;
const DUPLICATE_KEY = 11000;

/**
 * The disclosure log of one process. One row per reader, worker, purpose, basis and hour, by a deterministic `_id`: the
 * database drops what another process wrote already.
 */
export function openDisclosureLog(
  models: Pick<Models, 'disclosures'>,
  clock: Clock,
  _ids: IdMaker,
  log: Pick<Logger, 'error'>,
): DisclosureLog {
  const known = new Set<string>();
  const waiting = new Map<string, DisclosureDocument>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  const remember = (id: string): void => {
    known.delete(id);
    known.add(id);
    if (known.size > KNOWN_MAX) {
      const [oldest] = known;
      if (oldest !== undefined) known.delete(oldest);
    }
  };

  const writeBatch = async (): Promise<void> => {
    const rows = [...waiting.values()].slice(0, BATCH_ROWS);
    await insertMissing(models, rows);
    for (const { _id } of rows) {
      waiting.delete(_id);
      remember(_id);
    }
  };

  const writeWaiting = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // Those noted meanwhile are in the next batch; bounded by what can wait.
    while (waiting.size > 0) await writeBatch();
  };

  const schedule = (): void => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      flushInTurn().then(undefined, (error: unknown) => {
        log.error({ err: error, rows: waiting.size }, 'Disclosures could not be written; they are tried again.');
        schedule();
      });
    }, FLUSH_MS);
    timer.unref();
  };

  const flushInTurn = (): Promise<void> => {
    // One flush at a time, the next one whatever became of the one before.
    flushing = flushing.then(writeWaiting, writeWaiting);
    return flushing;
  };

  return {
    async record(disclosure) {
      const row = rowOf(disclosure, clock.now());
      if (known.has(row._id)) return;
      await insertMissing(models, [row]);
      waiting.delete(row._id);
      remember(row._id);
    },
    note(disclosure) {
      const row = rowOf(disclosure, clock.now());
      if (known.has(row._id) || waiting.has(row._id)) return;
      if (waiting.size >= WAITING_MAX) {
        log.error(
          { reader: row.reader, workerId: row.workerId },
          'Too many disclosures wait to be written; one was dropped.',
        );
        return;
      }
      waiting.set(row._id, row);
      schedule();
    },
    flush: flushInTurn,
  };
}

function rowOf(disclosure: Disclosure, now: number): DisclosureDocument {
  const { workerId, personId, purpose, basis } = disclosure;
  const reader = actorName(disclosure.reader);
  const hour = Math.floor(now / HOUR_MS);
  return {
    _id: deterministicId('dis', reader, workerId, purpose, basis, String(hour)),
    workerId,
    ...(personId === undefined ? {} : { personId }),
    reader,
    purpose,
    basis,
    firstAt: new Date(now),
  };
}

/** Inserts the rows that are not there, durably; a row that is there is the same disclosure. */
async function insertMissing(models: Pick<Models, 'disclosures'>, rows: readonly DisclosureDocument[]): Promise<void> {
  try {
    await models.disclosures.insertMany(rows, { ordered: false, lean: true });
  } catch (error) {
    if (!onlyDuplicates(error)) throw error;
  }
}

/** Unordered, so every other row was written; a write concern that failed is never an acknowledgement. */
function onlyDuplicates(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError() !== undefined) return false;
  const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return failures.length > 0 && failures.every(({ code }) => code === DUPLICATE_KEY);
}
