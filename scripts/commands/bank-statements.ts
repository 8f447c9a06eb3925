import type { Command } from 'commander';
import { compareMoney, formatMoney } from '../../programs/money.ts';
import { STATEMENT_COLUMNS } from '../../programs/bank/statement.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { LinePurpose } from '../../server/payments/bank/identify-line.ts';
import type { Cli } from '../cli/cli.ts';
import { writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, showPlan, table } from '../cli/render.ts';
import { currencyValue } from '../cli/values.ts';
import { openCsvFile } from '../shift-import/read-rows.ts';

/** A bank's day fits many times over; one file is read whole, since its balances must add up. */
const ROWS_MAX = 200_000;

/** What a bank's statements tell. */
export function declareBankStatements(bank: Command, cli: Cli): void {
  const columns = STATEMENT_COLUMNS.join(',');
  writingVerb(bank, 'import <file>', `reconcile a statement, a CSV file with the columns ${columns}`, [
    'bank import statement.csv --currency CNY          # the verdicts',
    'bank import statement.csv --currency CNY --apply',
  ])
    .requiredOption('--currency <code>', 'of the account', currencyValue)
    .action(async (file: string, { currency, apply, json }: { currency: string; apply?: boolean; json?: boolean }) => {
      const rows = await rowsOf(file);
      await cli.withServices(async (services) => {
        const { importStatement } = await import('../../server/payments/bank/import-statement.ts');
        const { applyDueFacts } = await import('../../server/payments/apply-due-facts.ts');
        const actor = await operatorOf(cli, services, 'payments:resolve');
        const statement = await importStatement(services, { actor, currency, rows, apply: apply === true });
        // What can be booked is booked at once; the job does the rest, and what is refused is an exception.
        const booked = apply === true ? await applyDueFacts(services, { now: services.clock.now() }) : undefined;
        answer(cli, json, { applied: apply === true, ...statement, ...booked }, () =>
          table(
            statement.lines.map(({ row, bankRef, bookedOn, amount, match, known }) => ({
              ...{ row, bankRef, bookedOn, amount: formatMoney(amount), match, known },
            })),
          ),
        );
        if (booked && booked.refused > 0)
          cli.note(`${booked.refused} facts cannot be booked: payments exceptions lists them.`);
        if (apply !== true) cli.note('Nothing was stored. Add --apply to do it.');
        else if (compareMoney(statement.openingBalance, statement.booksBalance) !== 0) {
          cli.note(
            `Before it the books held ${formatMoney(statement.booksBalance)}, the bank says ${formatMoney(statement.openingBalance)}.`,
          );
        }
      });
    });

  writingVerb(bank, 'identify <bankRef>', 'say what money was for that arrived without a name', [
    'bank identify R-20260302-7 --currency CNY --invoice inv_01h... --apply',
    'bank identify R-20260302-8 --currency CNY --float car_example --apply',
  ])
    .requiredOption('--currency <code>', 'of the account', currencyValue)
    .option('--invoice <inv_id>', 'it pays this invoice')
    .option('--top-up <top_id>', 'it pays this top-up')
    .option('--float <car_id>', "it is a carrier's, for its claims float")
    .action(async (bankRef: string, options: IdentifyOptions) => {
      const { currency, apply, json } = options;
      const named = [options.invoice, options.topUp, options.float].filter((each) => each !== undefined);
      if (named.length !== 1) bank.error('error: name one purpose: --invoice, --top-up or --float.');
      if (apply !== true) return showPlan(cli, json, { bankRef, currency, purpose: named[0] }, 'Would identify it as:');
      await cli.withServices(async (services) => {
        const { identifyLine } = await import('../../server/payments/bank/identify-line.ts');
        const actor = await operatorOf(cli, services, 'payments:resolve');
        const purpose = await purposeOf(options, async (topUpId) => {
          const demand = await services.models.bankDemands.findById(topUpId).lean();
          return demand?.platformId;
        });
        await identifyLine(services, { actor, currency, bankRef, purpose });
        answer(cli, json, { bankRef, purpose }, () => `${bankRef} was for ${named[0]}.`);
      });
    });
}

interface IdentifyOptions {
  currency: string;
  invoice?: string;
  topUp?: string;
  float?: string;
  apply?: boolean;
  json?: boolean;
}

async function purposeOf(
  { invoice, topUp, float }: IdentifyOptions,
  platformOf: (topUpId: string) => Promise<string | undefined>,
): Promise<LinePurpose> {
  if (invoice !== undefined) return { kind: 'invoice', invoiceId: invoice };
  if (float !== undefined) return { kind: 'float', carrierId: float };
  const topUpId = topUp ?? '';
  const platformId = await platformOf(topUpId);
  if (platformId !== undefined) return { kind: 'top_up', topUpId, platformId };
  throw new Refusal('not_found', 'bank_line_not_found', `No top-up ${topUpId} was asked for by bank transfer.`);
}

async function rowsOf(file: string): Promise<(readonly string[])[]> {
  const csv = await openCsvFile(file, { delimiter: ',' });
  const missing = STATEMENT_COLUMNS.filter((column) => !csv.header.includes(column));
  if (missing.length > 0) {
    throw new Refusal(
      'invalid',
      'bank_statement_invalid',
      `${file}, row 1: the column ${missing.join(', ')} is missing.`,
    );
  }
  const places = STATEMENT_COLUMNS.map((column) => csv.header.indexOf(column));
  const rows: (readonly string[])[] = [];
  for await (const { cells } of csv.rows()) {
    if (rows.length >= ROWS_MAX) {
      throw new Refusal(
        'invalid',
        'bank_statement_invalid',
        `${file} has more than ${ROWS_MAX} rows: import it in parts.`,
      );
    }
    rows.push(places.map((at) => cells[at] ?? ''));
  }
  return rows;
}
