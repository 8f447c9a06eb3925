import { stringify, type Options } from 'csv-stringify/sync';
import type { Services } from '../services.ts';
import { allStatementLines, readStatement, type ReadStatement, type StatementLine } from './read-statement.ts';
import type { StatementDocument } from './statement-model.ts';

/** A spreadsheet must not run what a platform once sent as an id. */
const CSV: Options = { escape_formulas: true, record_delimiter: 'windows' };

const COLUMNS = [
  'statement_id',
  'policy_id',
  'product_day',
  'line_id',
  'revision',
  'kind',
  'worker_id',
  'external_id',
  'cover_id',
  'quantity',
  'amount_minor',
  'currency',
  'reasons',
  'event_ids',
] as const;

/**
 * A statement as CSV, in chunks as they are read: a header, then a row for each line; amounts in minor units, several
 * reasons or events separated by a space. Throws `statement_not_found` before the first chunk.
 */
export async function exportStatement(
  services: Pick<Services, 'models'>,
  command: ReadStatement,
): Promise<{ readonly statement: StatementDocument; readonly chunks: AsyncIterable<string> }> {
  const statement = await readStatement(services, command);
  return { statement, chunks: csvOf(services, statement) };
}

async function* csvOf(services: Pick<Services, 'models'>, statement: StatementDocument): AsyncGenerator<string> {
  yield stringify([[...COLUMNS]], CSV);
  for await (const lines of allStatementLines(services, statement)) {
    yield stringify(
      lines.map((line) => rowOf(statement, line)),
      CSV,
    );
  }
}

function rowOf(statement: StatementDocument, line: StatementLine): readonly (string | number)[] {
  return [
    statement._id,
    statement.policyId,
    statement.productDay,
    line._id,
    line.revision,
    line.kind,
    line.workerId,
    line.externalId ?? '',
    line.coverId,
    line.quantity,
    line.amount,
    line.currency,
    line.reasons.join(' '),
    line.eventIds.join(' '),
  ];
}
