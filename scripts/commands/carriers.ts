import type { Command } from 'commander';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { answer, showPlan, table } from '../cli/render.ts';

interface CreateOptions {
  name: string;
  licence: string;
  id?: string;
  apply?: boolean;
  json?: boolean;
}

export function declareCarriers(program: Command, cli: Cli): void {
  const carriers = noun(program, 'carriers', 'licensed underwriters: every policy names one');

  writingVerb(carriers, 'create', 'record a carrier', [
    'carriers create --name "Example Insurance" --licence 000123 --apply',
  ])
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--licence <number>', "the licence's number, as the supervisor writes it")
    .option('--id <car_id>', 'an id of your choice, which makes repeating the command harmless')
    .action(async ({ name, licence, id, apply, json }: CreateOptions) => {
      const input = { name, licence, ...(id === undefined ? {} : { carrierId: id }) };
      if (apply !== true) return showPlan(cli, json, input, 'Would record this carrier:');
      await cli.withServices(async (services) => {
        const { createCarrier } = await import('../../server/carriers/create-carrier.ts');
        const carrier = await createCarrier(services, { actor: CLI_ACTOR, ...input });
        answer(
          cli,
          json,
          { carrierId: carrier._id, name, licence },
          () => `Recorded ${carrier._id} (${carrier.name}).`,
        );
      });
    });

  verb(carriers, 'list', 'all carriers', ['carriers list']).action(async ({ json }: { json?: boolean }) =>
    cli.withServices(async (services) => {
      const { listCarriers } = await import('../../server/carriers/list-carriers.ts');
      const rows = (await listCarriers(services)).map(({ _id, name, licence }) => ({ carrierId: _id, name, licence }));
      answer(cli, json, rows, () => table(rows));
    }),
  );
}
