import { Option, type Command } from 'commander';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { answer, showPlan, table } from '../cli/render.ts';
import { collect } from '../cli/values.ts';

interface CreateOptions {
  name: string;
  source: readonly string[];
  mode: 'test' | 'live';
  id?: string;
  apply?: boolean;
  json?: boolean;
}

export function declarePlatforms(program: Command, cli: Cli): void {
  const platforms = noun(program, 'platforms', 'employer platforms, whose servers report shifts');

  writingVerb(platforms, 'create', 'record a platform', [
    'platforms create --name "Example Rides" --source //rides.example/shifts --mode live --apply',
  ])
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--source <uri>', 'CloudEvents source of its events; repeat for several', collect)
    .addOption(new Option('--mode <mode>', 'test and live data never meet').choices(['test', 'live']).default('test'))
    .option('--id <plt_id>', 'an id of your choice, which makes repeating the command harmless')
    .action(async ({ name, source, mode, id, apply, json }: CreateOptions) => {
      const input = { name, sources: source, mode, ...(id === undefined ? {} : { platformId: id }) };
      if (apply !== true) return showPlan(cli, json, input, 'Would record this platform:');
      await cli.withServices(async (services) => {
        const { createPlatform } = await import('../../server/platforms/create-platform.ts');
        const { _id, sources } = await createPlatform(services, { actor: CLI_ACTOR, ...input });
        answer(
          cli,
          json,
          { platformId: _id, name, mode, sources },
          () => `Recorded ${_id} (${name}, ${mode}).\nNext: npm run cli -- keys create --platform ${_id} --apply`,
        );
      });
    });

  verb(platforms, 'list', 'all platforms', ['platforms list', 'platforms list --json']).action(
    async ({ json }: { json?: boolean }) =>
      cli.withServices(async (services) => {
        const { listPlatforms } = await import('../../server/platforms/list-platforms.ts');
        const found = await listPlatforms(services);
        const rows = found.map(({ _id, name, mode, sources }) => ({ platformId: _id, name, mode, sources }));
        answer(cli, json, rows, () => table(rows.map((row) => ({ ...row, sources: row.sources.join(' ') }))));
      }),
  );
}
