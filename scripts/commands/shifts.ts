import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { noun, writingVerb } from '../cli/leaf.ts';
import type { ImportCommandOptions } from './shifts-import.ts';

export function declareShifts(program: Command, cli: Cli): void {
  const shifts = noun(program, 'shifts', 'work that platforms report');

  writingVerb(
    shifts,
    'import <file.csv>',
    'import a CSV file of shifts: a row is a start and an end; importing it again changes nothing',
    [
      'shifts import deliveries.csv --mapping scripts/mappings/deliveries.yaml --policy pol_demo_backfill',
      'shifts import deliveries.csv --mapping scripts/mappings/deliveries.yaml --policy pol_demo_backfill --apply --json',
      'shifts import fixed.csv --mapping my-mapping.yaml --policy pol_example --rejects still-wrong.csv --apply',
    ],
  )
    .requiredOption('--mapping <file>', 'how its columns become shift events (YAML or JSON; see scripts/README.md)')
    .requiredOption('--policy <pol_id>', 'the policy that covers the shifts')
    .option(
      '--rejects <file>',
      'where rejected rows go, to be corrected and imported again; default <file>.rejects.csv',
    )
    .option('--verdicts <file>', 'write a CSV with the verdict on every row')
    .option('--strict', 'exit code 1 when any row was rejected')
    .addHelpText(
      'after',
      '\nWithout --apply it is a dry run: the same counts and premium, nothing stored.\nRejected rows alone do not make the exit code 1, unless --strict or every row was rejected.',
    )
    .action(async (file: string, options: ImportCommandOptions) => {
      const { runShiftsImport } = await import('./shifts-import.ts');
      await runShiftsImport(cli, file, options);
    });
}
