import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parse, type CsvError, type Info } from 'csv-parse';
import { Refusal } from '../../programs/refusal.ts';

/** A quote that is never closed would swallow the file: no row is longer than this. */
const ROW_CHARACTERS_MAX = 256 * 1024;

/** One row of a file. `row` counts as a spreadsheet shows it: the header is row 1. */
export interface FileRow {
  readonly row: number;
  readonly cells: readonly string[];
}

export interface CsvFile {
  readonly header: readonly string[];
  readonly bytes: number;
  /** Bytes read so far, for progress. */
  bytesRead(): number;
  /** The rows after the header, streamed; to be read once. Throws `Refusal` (`csv_unreadable`) with the row. */
  rows(): AsyncGenerator<FileRow>;
}

/**
 * Opens a CSV file (UTF-8, a byte-order mark is ignored; header in the first row) and reads its header.
 * Throws `Refusal`: `file_unreadable`, `csv_empty`, `csv_header_repeated`, `csv_unreadable`.
 */
export async function openCsvFile(path: string, options: { readonly delimiter: string }): Promise<CsvFile> {
  const bytes = await sizeOf(path);
  const stream = createReadStream(path);
  const parser = parse({
    bom: true,
    delimiter: options.delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: ROW_CHARACTERS_MAX,
    info: true,
  });
  stream.on('error', (error) => parser.destroy(error));
  parser.on('close', () => stream.destroy());
  stream.pipe(parser);
  const records: AsyncIterator<{ record: string[]; info: Info }, undefined> = parser[Symbol.asyncIterator]();
  let row = 0;
  const next = async (): Promise<FileRow | undefined> => {
    try {
      const found = await records.next();
      if (found.done === true) return undefined;
      row += 1;
      return { row, cells: found.value.record };
    } catch (error) {
      throw csvTrouble(error, path, row + 1);
    }
  };
  const first = await next();
  if (first === undefined)
    throw new Refusal('invalid', 'csv_empty', `${path} is empty: the first row must name the columns.`);
  const header = first.cells.map((name) => name.trim());
  const repeated = header.find((name, at) => name !== '' && header.indexOf(name) !== at);
  if (repeated !== undefined) {
    throw new Refusal('invalid', 'csv_header_repeated', `${path}, row 1: the column "${repeated}" is named twice.`);
  }
  return {
    header,
    bytes,
    bytesRead: () => stream.bytesRead,
    async *rows() {
      try {
        for (let found = await next(); found !== undefined; found = await next()) yield found;
      } finally {
        parser.destroy();
      }
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal('not_found', 'file_unreadable', `The file ${path} cannot be read: ${why}.`);
  }
  throw new Refusal('invalid', 'file_unreadable', `${path} is not a file.`);
}

function csvTrouble(error: unknown, path: string, row: number): unknown {
  if (!isCsvError(error)) return error;
  const why =
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? `the row is longer than ${ROW_CHARACTERS_MAX} characters; is a quotation mark never closed?`
      : error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'a quotation mark is opened and never closed.'
        : error.message;
  return new Refusal('invalid', 'csv_unreadable', `${path}, row ${row}: ${why}`);
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('CSV_');
}
