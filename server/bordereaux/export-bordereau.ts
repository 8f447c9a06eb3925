import { stringify, type Options } from 'csv-stringify/sync';
import type { Services } from '../services.ts';
import { bordereauLinesOf, readBordereau, type BordereauTotals, type ReadBordereau } from './read-bordereau.ts';
import { BORDEREAU_COLUMNS, bordereauRow, renderBordereau, renderBordereauLine } from './render-bordereau.ts';

/** A spreadsheet must not run what somebody once chose as an id. */
const CSV: Options = { escape_formulas: true, record_delimiter: 'windows' };

export interface ExportBordereau extends ReadBordereau {
  /** `csv`: a row for each line; `json`: `{ bordereau, lines }`, as the API renders them. */
  readonly format: 'csv' | 'json';
}

/** A bordereau whole, in chunks as its lines are read. Throws `bordereau_not_found` before the first chunk. */
export async function exportBordereau(
  services: Pick<Services, 'models' | 'database'>,
  command: ExportBordereau,
): Promise<{ readonly bordereau: BordereauTotals; readonly chunks: AsyncIterable<string> }> {
  const bordereau = await readBordereau(services, command);
  return { bordereau, chunks: command.format === 'csv' ? csvOf(services, bordereau) : jsonOf(services, bordereau) };
}

async function* csvOf(services: Pick<Services, 'models'>, bordereau: BordereauTotals): AsyncGenerator<string> {
  yield stringify([[...BORDEREAU_COLUMNS]], CSV);
  for await (const lines of bordereauLinesOf(services, bordereau)) {
    yield stringify(
      lines.map((line) => bordereauRow(bordereau, line)),
      CSV,
    );
  }
}

async function* jsonOf(services: Pick<Services, 'models'>, bordereau: BordereauTotals): AsyncGenerator<string> {
  yield `{"bordereau":${JSON.stringify(renderBordereau(bordereau))},"lines":[`;
  let first = true;
  for await (const lines of bordereauLinesOf(services, bordereau)) {
    yield `${first ? '' : ','}\n${lines.map((line) => JSON.stringify(renderBordereauLine(line))).join(',\n')}`;
    first = false;
  }
  yield '\n]}\n';
}
