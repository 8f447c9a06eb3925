import type { Command } from 'commander';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, showPlan, table } from '../cli/render.ts';
import { countValue } from '../cli/values.ts';

interface CreateOptions {
  name: string;
  licence: string;
  id?: string;
  apply?: boolean;
  json?: boolean;
}

interface FundOptions {
  carrier: string;
  amount: number;
  currency: string;
  ref: string;
  cash: string;
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

  writingVerb(carriers, 'fund-float', "book a carrier's payment into its claims float (M4), once by its reference", [
    'carriers fund-float --carrier car_example --amount 5000000 --currency CNY --ref 20260305-0017 --apply',
  ])
    .requiredOption('--carrier <car_id>', 'who paid')
    .requiredOption('--amount <minor>', 'how much, in minor units (cents, fen)', countValue)
    .requiredOption('--currency <code>', 'ISO 4217, like CNY')
    .requiredOption('--ref <reference>', "the payment's own reference on the bank statement")
    .option('--cash <account>', 'the cash account it arrived on: the name behind cash:', 'bank')
    .action(async ({ carrier, amount, currency, ref, cash, apply, json }: FundOptions) => {
      const { formatMoney } = await import('../../programs/money.ts');
      const input = { carrierId: carrier, amount: { amount, currency }, cash, ref };
      if (apply !== true) return showPlan(cli, json, input, `Would book that ${carrier} paid into its claims float:`);
      await cli.withServices(async (services) => {
        const { fundCarrierFloat } = await import('../../server/carriers/fund-float.ts');
        const actor = await operatorOf(cli, services, 'ledger:write');
        const { account, booked } = await fundCarrierFloat(services, { actor, ...input });
        answer(cli, json, { ...input, account, booked }, () =>
          booked ? `Booked ${formatMoney(input.amount)} into ${account}.` : 'The payment was booked before.',
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
