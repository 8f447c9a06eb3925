import { resolve } from 'node:path';
import { formatMoney } from '../../programs/money.ts';
import { Refusal } from '../../programs/refusal.ts';
import { answer } from '../cli/render.ts';
import type { Cli } from '../cli/cli.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { startProgress, type Progress } from '../cli/progress.ts';
import { foldedPremium } from '../shift-import/folded-premium.ts';
import { importPolicy } from '../shift-import/import-policy.ts';
import { importShifts } from '../shift-import/import-shifts.ts';
import type { ImportSummary, ImportWarnings, RowVerdict } from '../shift-import/import-tally.ts';
import { readMappingFile } from '../shift-import/mapping-file.ts';
import { RejectsFile, VerdictsFile } from '../shift-import/row-files.ts';

/** Rejections shown one by one; all of them are in the rejects file. */
const SHOWN_REJECTIONS_MAX = 10;

export interface ImportCommandOptions {
  readonly mapping: string;
  readonly policy: string;
  readonly rejects?: string;
  readonly verdicts?: string;
  readonly strict?: boolean;
  readonly apply?: boolean;
  readonly json?: boolean;
}

/** `shifts import`: see its help. */
export async function runShiftsImport(cli: Cli, file: string, options: ImportCommandOptions): Promise<void> {
  assertOwnFiles(file, options);
  const mapping = await readMappingFile(options.mapping);
  const rejects = new RejectsFile(options.rejects ?? `${file}.rejects.csv`);
  const apply = options.apply === true;
  await cli.withServices(async (services) => {
    const policy = await importPolicy(services, options.policy, mapping.source);
    const verdicts = options.verdicts === undefined ? undefined : new VerdictsFile(options.verdicts);
    let progress: Progress | undefined;
    let shown = 0;
    try {
      const { summary, warnings } = await importShifts(services.intake, {
        file,
        mapping,
        policy,
        apply,
        now: services.clock.now(),
        premiumOf: (covers) => foldedPremium(services, policy, covers),
        onHeader: (header) => rejects.begin(header),
        async onVerdict(verdict, cells) {
          await verdicts?.add(verdict);
          // A dry run leaves no files behind but those that were asked for.
          if (apply || options.rejects !== undefined) await rejects.add(verdict, cells);
          if (verdict.verdict === 'rejected' && shown < SHOWN_REJECTIONS_MAX) {
            shown += 1;
            cli.note(rejection(verdict));
          }
        },
        async onProgress({ rows, bytes, bytesTotal }) {
          progress ??= await startProgress(cli, bytesTotal);
          progress.update(bytes, `${rows} rows`);
        },
      });
      progress?.stop();
      await rejects.close();
      if (summary.rejected > shown) cli.note(`... and ${summary.rejected - shown} more rejected rows.`);
      warn(cli, warnings);
      if (rejects.lines > 0)
        cli.note(`The ${rejects.lines} rejected rows are in ${rejects.path}: correct them and import that file.`);
      answer(cli, options.json, summary, () => inWords(summary, warnings, apply));
      const nothingTaken = summary.rejected > 0 && summary.rejected === summary.rows;
      if (nothingTaken || (options.strict === true && summary.rejected > 0)) cli.finish(EXIT.refused);
    } finally {
      progress?.stop();
      await verdicts?.close();
    }
  });
}

/** What is written must not be what is read, nor each other. */
function assertOwnFiles(file: string, { rejects, verdicts }: ImportCommandOptions): void {
  const paths = [file, rejects, verdicts].filter((path) => path !== undefined).map((path) => resolve(path));
  if (new Set(paths).size === paths.length) return;
  const message = 'The file, --rejects and --verdicts must be different files.';
  throw new Refusal('invalid', 'file_unreadable', message);
}

function rejection({ row, problem }: Extract<RowVerdict, { verdict: 'rejected' }>): string {
  const column = problem.column === undefined ? '' : `, column ${problem.column}`;
  return `row ${row}${column}: ${problem.code}: ${problem.reason}`;
}

function warn(cli: Cli, { contradictingAges: { workers, named }, unknownAgeRows }: ImportWarnings): void {
  if (workers > 0) {
    const more = workers > named.length ? ` and ${workers - named.length} more` : '';
    cli.note(
      `warning: ${workers} workers are declared with different ages: ${named.join(', ')}${more}. Each row was decided by its own.`,
    );
  }
  if (unknownAgeRows > 0) cli.note(`warning: ${unknownAgeRows} rows declare no age: taken, and flagged age_unknown.`);
}

function inWords(summary: ImportSummary, { notCoveredReasons }: ImportWarnings, apply: boolean): string {
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ');
  const { rows, accepted, replayed, rejected, notCovered, covers, premium, rejections } = summary;
  return [
    `rows         ${rows}`,
    `accepted     ${accepted}${apply ? '' : ' (would be stored for the first time)'}`,
    `replayed     ${replayed} (stored before)`,
    `rejected     ${rejected}${rejected > 0 ? `: ${counts(rejections)}` : ''}`,
    `not covered  ${notCovered}${notCovered > 0 ? `: ${counts(notCoveredReasons)}` : ''}`,
    `covers       ${covers}`,
    `premium      ${formatMoney(premium)}`,
    ...(apply ? [] : ['Nothing was stored. Add --apply to import.']),
  ].join('\n');
}
