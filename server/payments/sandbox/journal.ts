import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isTableName } from './rows.ts';
import type { Change } from './store.ts';

const syncFile = promisify(fdatasync);

/**
 * The sandbox's own file: one line of JSON for every whole step, appended before the step is answered. It survives
 * `kill -9`; a last line that was torn is dropped, for nobody was answered by it.
 */
export class Journal {
  /** What the file held when it was opened. */
  readonly history: readonly Change[];
  readonly #file: number;
  #syncing: Promise<void> | undefined;
  #unsynced = false;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    // Payees' account numbers stand in it, if only of play money.
    this.#file = openSync(path, 'a+', 0o600);
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) ftruncateSync(this.#file, Buffer.byteLength(whole));
    this.history = whole.split('\n').flatMap((line, at) => (line === '' ? [] : parseLine(line, at + 1)));
  }

  append(changes: readonly Change[]): void {
    writeSync(this.#file, `${JSON.stringify(changes)}\n`);
    this.#unsynced = true;
  }

  /** Resolves when all that was appended before the call is on the disk. Calls of one moment share the work. */
  async flushed(): Promise<void> {
    while (this.#unsynced || this.#syncing !== undefined) {
      this.#syncing ??= this.#sync();
      await this.#syncing;
    }
  }

  async #sync(): Promise<void> {
    this.#unsynced = false;
    try {
      await syncFile(this.#file);
    } finally {
      this.#syncing = undefined;
    }
  }

  async close(): Promise<void> {
    await this.flushed();
    closeSync(this.#file);
  }
}

function parseLine(line: string, number: number): Change[] {
  const parsed: unknown = JSON.parse(line);
  if (!Array.isArray(parsed)) throw new Error(`Line ${number} of the sandbox's journal is not a step.`);
  return parsed.map((change: unknown) => {
    if (!isChange(change)) throw new Error(`Line ${number} of the sandbox's journal holds no change.`);
    return change;
  });
}

function isChange(value: unknown): value is Change {
  return Array.isArray(value) && value.length === 3 && isTableName(value[0]) && typeof value[1] === 'string';
}
