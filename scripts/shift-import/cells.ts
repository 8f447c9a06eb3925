import type { MappingFile, TextField } from './mapping-file.ts';
import { RowTrouble } from './row-problem.ts';

/** The cells of one row, as they stand in the file. */
export type Cells = readonly string[];
/** Reads something off a row, or throws `RowTrouble`. */
export type Reader<T> = (cells: Cells) => T;

export function missing(column: string | undefined): never {
  throw new RowTrouble('value_missing', column, `${column} is empty.`);
}

/** Reads one cell as the mapping's text rules say; `undefined` for an empty cell and for the null texts. */
export function columnReader({ text }: MappingFile, header: readonly string[]) {
  const nulls = new Set([...text.nulls, '']);
  return (column: string): Reader<string | undefined> => {
    const at = header.indexOf(column);
    return (cells) => {
      const raw = cells[at] ?? '';
      const value = text.trim ? raw.trim() : raw;
      if (nulls.has(value)) return undefined;
      if (value.includes('\uFFFD')) throw new RowTrouble('text_encoding', column, `${column} is not UTF-8 text.`);
      return value;
    };
  };
}

export type ReadColumn = ReturnType<typeof columnReader>;

export function textReader(field: TextField, read: ReadColumn): Reader<string | undefined> {
  const { column, constant, values } = field;
  if (column === undefined) return () => constant;
  const cell = read(column);
  if (values === undefined) return cell;
  const words = new Map(Object.entries(values));
  return (cells) => {
    const value = cell(cells);
    if (value === undefined) return undefined;
    return words.get(value) ?? unmapped(column, value);
  };
}

function unmapped(column: string, value: string): never {
  throw new RowTrouble(
    'value_not_mapped',
    column,
    `"${value}" is not among the values that the mapping lists for ${column}.`,
  );
}
