import type { Command } from 'commander';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, record, showPlan, table } from '../cli/render.ts';
import { countValue, dayValue } from '../cli/values.ts';

interface ListOptions {
  policy?: string;
  from?: string;
  to?: string;
  limit: number;
  json?: boolean;
}

interface CloseOptions {
  policy: string;
  through: string;
  apply?: boolean;
  json?: boolean;
}

export function declareStatements(program: Command, cli: Cli): void {
  const statements = noun(program, 'statements', 'premium statements: what a platform owes for a product day');

  verb(statements, 'list', 'issued statements, newest product day first', [
    'statements list --policy pol_example --from 2026-01-01 --to 2026-01-31',
  ])
    .option('--policy <pol_id>', 'only of this policy')
    .option('--from <day>', 'first product day', dayValue)
    .option('--to <day>', 'last product day, inclusive', dayValue)
    .option('--limit <n>', 'at most so many', countValue, 100)
    .action(async ({ policy, from, to, limit, json }: ListOptions) =>
      cli.withServices(async (services) => {
        const { listStatements } = await import('../../server/billing/list-statements.ts');
        const { renderStatement } = await import('../../server/billing/render-statement.ts');
        const { formatMoney } = await import('../../programs/money.ts');
        const found = await listStatements(services, { actor: CLI_ACTOR, policyId: policy, from, to, limit });
        const shown = found.slice(0, limit).map(renderStatement);
        answer(cli, json, shown, () =>
          table(
            shown.map(({ id, policyId, productDay, coverCount, lineCount, total }) => {
              return {
                statementId: id,
                policyId,
                productDay,
                covers: coverCount,
                lines: lineCount,
                total: formatMoney(total),
              };
            }),
          ),
        );
        if (found.length > limit) cli.note(`There are more: raise --limit, or narrow --from and --to.`);
      }),
    );

  verb(statements, 'show <statementId>', 'a statement with its lines', ['statements show stm_01h...'])
    .option('--limit <n>', 'at most so many lines', countValue, 100)
    .action(async (statementId: string, { limit, json }: { limit: number; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { readStatement, readStatementLines } = await import('../../server/billing/read-statement.ts');
        const { renderStatement, renderStatementLine } = await import('../../server/billing/render-statement.ts');
        const { formatMoney } = await import('../../programs/money.ts');
        const statement = await readStatement(services, { actor: CLI_ACTOR, statementId });
        const lines = await readStatementLines(services, { statement, limit });
        const shown = lines.slice(0, limit).map(renderStatementLine);
        const head = renderStatement(statement);
        answer(cli, json, { ...head, lines: shown }, () =>
          [
            record({ ...head, total: formatMoney(head.total) }),
            '',
            table(
              shown.map(({ externalId, workerId, kind, quantity, amount, reasons }) => {
                return {
                  worker: externalId ?? workerId,
                  kind,
                  quantity,
                  amount: formatMoney(amount),
                  reasons: reasons.join(' '),
                };
              }),
            ),
          ].join('\n'),
        );
        if (lines.length > limit) cli.note(`There are more lines: raise --limit, or use statements export.`);
      }),
    );

  writingVerb(statements, 'close', 'close product days now, due or not (G18); again changes nothing', [
    'statements close --policy pol_example --through 2026-01-31',
    'statements close --policy pol_example --through 2026-01-31 --apply',
  ])
    .requiredOption('--policy <pol_id>', 'whose days')
    .requiredOption('--through <day>', 'the last product day to close', dayValue)
    .action(async ({ policy, through, apply, json }: CloseOptions) =>
      cli.withServices(async (services) => {
        const { closeThrough, openDaysThrough } = await import('../../server/billing/close-through.ts');
        if (apply !== true) {
          const days = await openDaysThrough(services, { policyId: policy, through });
          return showPlan(cli, json, { policyId: policy, through, days }, `Would close ${days.length} product days:`);
        }
        const { startProgress } = await import('../cli/progress.ts');
        const progress = await startProgress(
          cli,
          (await openDaysThrough(services, { policyId: policy, through })).length,
        );
        const closed = await closeThrough(services, {
          actor: CLI_ACTOR,
          policyId: policy,
          through,
          onProgress: (day, done) => progress.update(done, day.productDay),
        });
        progress.stop();
        const issued = closed.flatMap(({ result }) => (result.status === 'issued' ? [result] : []));
        const busy = closed.filter(({ result }) => result.status === 'busy').map(({ productDay }) => productDay);
        const currency = issued[0]?.total.currency;
        const amount = issued.reduce((sum, { total }) => sum + total.amount, 0);
        const total = currency === undefined ? undefined : { amount, currency };
        const { formatMoney } = await import('../../programs/money.ts');
        answer(
          cli,
          json,
          { policyId: policy, through, days: closed.length, statements: issued.length, total, busy },
          () =>
            `Closed ${closed.length} product days: ${issued.length} statements${total === undefined ? '' : `, ${formatMoney(total)}`}.`,
        );
        if (busy.length > 0) {
          cli.note(`Another process is closing ${busy.join(', ')}: run it again in a while.`);
          cli.finish(EXIT.refused);
        }
      }),
    );

  writingVerb(statements, 'post', 'book statements that were issued before there was a ledger; again changes nothing', [
    'statements post --apply',
  ]).action(async ({ apply, json }: { apply?: boolean; json?: boolean }) =>
    cli.withServices(async (services) => {
      const { postStatements, unpostedStatements } = await import('../../server/billing/post-statements.ts');
      const unposted = await unpostedStatements(services);
      if (apply !== true) return showPlan(cli, json, { unposted }, `Would book ${unposted} statements:`);
      const actor = await operatorOf(cli, services, 'ledger:write');
      const { startProgress } = await import('../cli/progress.ts');
      const progress = await startProgress(cli, unposted);
      const posted = await postStatements(services, {
        actor,
        onProgress: ({ policyId, productDay }, done) => progress.update(done, `${policyId} ${productDay}`),
      });
      progress.stop();
      answer(cli, json, { posted }, () => `Booked ${posted} statements.`);
    }),
  );

  verb(statements, 'export <statementId>', 'a statement as CSV, a row for each line', [
    'statements export stm_01h... --out statement.csv',
  ])
    .option('--out <file>', 'where it goes; default standard output')
    .action(async (statementId: string, { out, json }: { out?: string; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { exportStatement } = await import('../../server/billing/export-statement.ts');
        const { writeChunks } = await import('../cli/write-chunks.ts');
        const { statement, chunks } = await exportStatement(services, { actor: CLI_ACTOR, statementId });
        await writeChunks(cli, chunks, out);
        if (out !== undefined)
          answer(
            cli,
            json,
            { statementId, file: out, lines: statement.lineCount },
            () => `${statement.lineCount} lines in ${out}.`,
          );
      }),
    );
}
