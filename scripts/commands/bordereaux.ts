import { Option, type Command } from 'commander';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb } from '../cli/leaf.ts';
import { answer, table } from '../cli/render.ts';
import { countValue, monthValue } from '../cli/values.ts';

interface ListOptions {
  carrier?: string;
  month?: string;
  limit: number;
  json?: boolean;
}

interface ExportOptions {
  format: 'csv' | 'json';
  out?: string;
  json?: boolean;
}

export function declareBordereaux(program: Command, cli: Cli): void {
  const bordereaux = noun(program, 'bordereaux', 'what a carrier is told of a month: covers, premiums, claims');

  verb(bordereaux, 'list', 'bordereaux, newest month first', [
    'bordereaux list --carrier car_example',
    'bordereaux list --month 2026-03',
  ])
    .option('--carrier <car_id>', 'only of this carrier')
    .option('--month <month>', 'only of this month', monthValue)
    .option('--limit <n>', 'at most so many', countValue, 100)
    .action(async ({ carrier, month, limit, json }: ListOptions) =>
      cli.withServices(async (services) => {
        const { listBordereaux } = await import('../../server/bordereaux/list-bordereaux.ts');
        const { renderBordereauHead } = await import('../../server/bordereaux/render-bordereau.ts');
        const found = await listBordereaux(services, { actor: CLI_ACTOR, carrierId: carrier, month, limit });
        const shown = found.slice(0, limit).map(renderBordereauHead);
        answer(cli, json, shown, () =>
          table(
            shown.map(({ id, carrierId, month: of, currency, state, settlementId }) => {
              return { bordereauId: id, carrier: carrierId, month: of, currency, state, settlement: settlementId };
            }),
          ),
        );
        if (found.length > limit) cli.note('There are more: raise --limit, or name --carrier or --month.');
      }),
    );

  verb(bordereaux, 'export <bordereauId>', 'a bordereau whole: a row for each line, or all of it as JSON', [
    'bordereaux export brd_01h... --out bordereau.csv',
    'bordereaux export brd_01h... --format json --out bordereau.json',
  ])
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'json']).default('csv'))
    .option('--out <file>', 'where it goes; default standard output')
    .action(async (bordereauId: string, { format, out, json }: ExportOptions) =>
      cli.withServices(async (services) => {
        const { exportBordereau } = await import('../../server/bordereaux/export-bordereau.ts');
        const { writeChunks } = await import('../cli/write-chunks.ts');
        const { bordereau, chunks } = await exportBordereau(services, { actor: CLI_ACTOR, bordereauId, format });
        await writeChunks(cli, chunks, out);
        if (bordereau.state === 'open') {
          cli.note(`${bordereau.month} is not closed in the books: more may join this bordereau.`);
        }
        if (out === undefined) return;
        const { lineCount } = bordereau;
        answer(cli, json, { bordereauId, file: out, lines: lineCount }, () => `${lineCount} lines in ${out}.`);
      }),
    );
}
