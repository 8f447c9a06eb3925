import type { Cli } from './cli.ts';

/** What a table or a record may show. */
export type Cell = string | number | boolean | undefined;

/** Rows under their column names, aligned; numbers to the right. */
export function table(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const [first] = rows;
  if (first === undefined) return 'Nothing found.';
  const columns = Object.keys(first);
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => show(row[column]).length)));
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, at) =>
        typeof cell === 'number' ? show(cell).padStart(widths[at] ?? 0) : show(cell).padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(columns), ...rows.map((row) => line(columns.map((column) => row[column])))].join('\n');
}

/** One thing, a line for each of its facts. */
export function record(facts: Readonly<Record<string, Cell>>): string {
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${show(value)}`).join('\n');
}

/** Answers in JSON or in words. */
export function answer(cli: Cli, json: boolean | undefined, value: unknown, words: () => string): void {
  cli.out(json === true ? JSON.stringify(value) : words());
}

/** Shows what a writing command would do. */
export function showPlan(
  cli: Cli,
  json: boolean | undefined,
  plan: Readonly<Record<string, unknown>>,
  sentence: string,
): void {
  answer(
    cli,
    json,
    { applied: false, plan },
    () => `${sentence}\n${JSON.stringify(plan, null, 2)}\nNothing was done. Add --apply to do it.`,
  );
}

function show(cell: Cell): string {
  return cell === undefined ? '-' : String(cell);
}
