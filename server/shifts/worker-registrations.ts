import type { Db } from 'mongodb';
import type { Logger } from 'pino';
import { insertNew, type workerDocumentOf } from './store-flush.ts';

type WorkerRegistration = ReturnType<typeof workerDocumentOf>;

/** How long a registration waits for others. Nobody waits for it: an unregistered worker is found by their events. */
const DELAY_MS = 50;
/** More than this are not held: the repair registers the rest from their events. */
const HELD_MAX = 20_000;

/**
 * Registers the workers that events brought (G5), some at a time and after the answer: a registration only repeats what
 * the worker's first event says, so a crash in between costs nothing (`registerFromEvents`, `repairCovers`).
 */
export class WorkerRegistrations {
  readonly #db: Db;
  readonly #log: Logger;
  #held = new Map<string, WorkerRegistration>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Db, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  add(workers: readonly WorkerRegistration[]): void {
    for (const worker of workers) {
      if (this.#held.size >= HELD_MAX) break;
      this.#held.set(worker._id, worker);
    }
    if (this.#held.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.flush(), DELAY_MS);
  }

  /** Writes what is held; resolves when it is written, or was given up to the repair. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const workers = [...this.#held.values()];
    this.#held = new Map();
    this.#writing = this.#writing.then(() => this.#write(workers));
    return this.#writing;
  }

  async #write(workers: readonly WorkerRegistration[]): Promise<void> {
    try {
      await insertNew(this.#db, 'workers', workers);
    } catch (error) {
      this.#log.warn({ err: error, workers: workers.length }, 'Workers were not registered; the repair will do it.');
    }
  }
}
