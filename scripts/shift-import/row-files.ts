import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import type { RowVerdict } from './import-tally.ts';

/** A file that is only made when its first line comes. */
export interface RowFile {
  write(cells: readonly string[]): Promise<void>;
  /** How many lines were written, the header aside. */
  readonly lines: number;
  close(): Promise<void>;
}

const ADDED_COLUMNS = ['rejected_row', 'rejected_column', 'rejected_code', 'rejected_reason'];

/**
 * The rejected rows as they came, with row, column, code and reason added at the end. It can be corrected and imported
 * with the same mapping; the added columns of an earlier round are replaced.
 */
export class RejectsFile {
  #header: readonly string[] = [];
  #kept: readonly number[] = [];
  #file: RowFile | undefined;

  constructor(readonly path: string) {}

  get lines(): number {
    return this.#file?.lines ?? 0;
  }

  begin(header: readonly string[]): void {
    this.#kept = header.flatMap((name, at) => (ADDED_COLUMNS.includes(name) ? [] : [at]));
    this.#header = [...this.#kept.map((at) => header[at] ?? ''), ...ADDED_COLUMNS];
  }

  async add(verdict: RowVerdict, cells: readonly string[]): Promise<void> {
    if (verdict.verdict !== 'rejected') return;
    const { column = '', code, reason } = verdict.problem;
    this.#file ??= openRowFile(this.path, this.#header);
    await this.#file.write([...this.#kept.map((at) => cells[at] ?? ''), String(verdict.row), column, code, reason]);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** A verdict for every row of the file, in its order. */
export class VerdictsFile {
  readonly #file: RowFile;

  constructor(path: string) {
    this.#file = openRowFile(path, ['row', 'verdict', 'outcome', 'cover', 'reasons', 'column', 'code', 'reason']);
  }

  async add(verdict: RowVerdict): Promise<void> {
    const row = [String(verdict.row), verdict.verdict];
    if (verdict.verdict === 'rejected') {
      const { column = '', code, reason } = verdict.problem;
      return this.#file.write([...row, '', '', '', column, code, reason]);
    }
    const { outcome, cover, reasons } = verdict.decision;
    return this.#file.write([...row, outcome, cover?.coverId ?? '', reasons.join(' '), '', '', '']);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function openRowFile(path: string, header: readonly string[]): RowFile {
  const stream = createWriteStream(path, { encoding: 'utf8' });
  let failure: Error | undefined;
  stream.on('error', (error) => (failure = error));
  let lines = -1;
  const write = async (cells: readonly string[]): Promise<void> => {
    if (failure !== undefined) throw failure;
    lines += 1;
    if (!stream.write(stringify([[...cells]]))) await once(stream, 'drain');
  };
  const begun = write(header);
  return {
    get lines() {
      return lines;
    },
    async write(cells) {
      await begun;
      await write(cells);
    },
    async close() {
      await begun;
      stream.end();
      await finished(stream);
    },
  };
}
