import type { Command } from 'commander';
import type { Services } from '../../server/services.ts';
import type { SettlementDocument } from '../../server/settlements/settlement-model.ts';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, record, showPlan, table } from '../cli/render.ts';
import { countValue, monthValue } from '../cli/values.ts';

interface MonthOptions {
  carrier: string;
  month: string;
  apply?: boolean;
  json?: boolean;
}

interface ListOptions extends Partial<MonthOptions> {
  limit: number;
}

export function declareSettlements(program: Command, cli: Cli): void {
  const settlements = noun(program, 'settlements', 'months settled with carriers: what they earned, and are paid');

  writingVerb(
    settlements,
    'create',
    'settle a closed month with a carrier, and make its payout; again changes nothing',
    [
      'settlements create --carrier car_example --month 2026-03',
      'settlements create --carrier car_example --month 2026-03 --apply',
    ],
  )
    .requiredOption('--carrier <car_id>', 'with whom')
    .requiredOption('--month <month>', 'a month that is closed in the books, like 2026-03', monthValue)
    .action(async ({ carrier, month, apply, json }: MonthOptions) =>
      cli.withServices(async (services) => {
        const { createSettlement, planSettlement } = await import('../../server/settlements/create-settlement.ts');
        const months = await monthsOf(services, carrier, month);
        if (apply !== true) {
          const plans: SettlementDocument[] = [];
          for (const of of months) plans.push(await planSettlement(services, { actor: CLI_ACTOR, ...of }));
          const settled = await Promise.all(plans.map(rendered));
          return showPlan(cli, json, { settlements: settled }, `Would settle ${month} with ${carrier}:`);
        }
        const actor = await operatorOf(cli, services, 'ledger:write');
        const { Refusal } = await import('../../programs/refusal.ts');
        const { paySettlement } = await import('../../server/settlements/pay-settlement.ts');
        const made: SettlementDocument[] = [];
        for (const of of months) {
          const settlement = await createSettlement(services, { actor, ...of });
          try {
            made.push(await paySettlement(services, { actor, settlementId: settlement._id }));
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            // It is settled all the same: what is missing for the payout can be mended, and the job asks again.
            made.push(settlement);
            cli.note(`${settlement._id} is settled and not paid yet: ${error.message}`);
            cli.finish(EXIT.refused);
          }
        }
        await show(cli, json, made);
      }),
    );

  verb(settlements, 'list', 'settlements, newest month first', ['settlements list --carrier car_example'])
    .option('--carrier <car_id>', 'only with this carrier')
    .option('--month <month>', 'only of this month', monthValue)
    .option('--limit <n>', 'at most so many', countValue, 100)
    .action(async ({ carrier, month, limit, json }: ListOptions) =>
      cli.withServices(async (services) => {
        const { listSettlements } = await import('../../server/settlements/list-settlements.ts');
        const found = await listSettlements(services, { actor: CLI_ACTOR, carrierId: carrier, month, limit });
        await show(cli, json, found.slice(0, limit));
        if (found.length > limit) cli.note('There are more: raise --limit, or name --carrier or --month.');
      }),
    );

  verb(settlements, 'show <settlementId>', 'a settlement with how it was counted', [
    'settlements show stl_01h...',
  ]).action(async (settlementId: string, { json }: { json?: boolean }) =>
    cli.withServices(async (services) => {
      const { readSettlement } = await import('../../server/settlements/list-settlements.ts');
      const { formatMoney } = await import('../../programs/money.ts');
      const shown = await rendered(await readSettlement(services, { actor: CLI_ACTOR, settlementId }));
      answer(cli, json, shown, () => {
        const { counted, levies, ...facts } = shown;
        const words = Object.entries({ ...facts, ...counted }).map(([name, value]) => {
          return [name, typeof value === 'object' ? formatMoney(value) : value] as const;
        });
        const levied = levies.map(({ authority, amount }) => [`levy ${authority}`, formatMoney(amount)] as const);
        return record(Object.fromEntries([...words, ...levied]));
      });
    }),
  );

  verb(settlements, 'check', 'count the premium of a month again, in every way; writes nothing', [
    'settlements check --carrier car_example --month 2026-03',
  ])
    .requiredOption('--carrier <car_id>', 'whose premium')
    .requiredOption('--month <month>', 'which month', monthValue)
    .action(async ({ carrier, month, json }: MonthOptions) =>
      cli.withServices(async (services) => {
        const { reconcileMonth } = await import('../../server/settlements/reconcile-month.ts');
        const { formatMoney, money } = await import('../../programs/money.ts');
        const rows: { currency: string; statements: number; lines: number; premium: number }[] = [];
        for (const of of await monthsOf(services, carrier, month)) {
          const { figures, statementCount, lineCount } = await reconcileMonth(services, of);
          const counts = { statements: statementCount, lines: lineCount };
          rows.push({ currency: of.currency, ...counts, premium: figures.statements });
        }
        answer(cli, json, { carrierId: carrier, month, agreed: rows }, () =>
          [
            `Covers, lines, statements, bordereau and ledger of ${carrier} agree on ${month}:`,
            table(rows.map((row) => ({ ...row, premium: formatMoney(money(row.premium, row.currency)) }))),
          ].join('\n'),
        );
      }),
    );
}

/** The carrier's month in each currency that it was charged in. Throws `bordereau_not_found`. */
async function monthsOf(services: Services, carrierId: string, month: string) {
  const { Refusal } = await import('../../programs/refusal.ts');
  const { listBordereaux } = await import('../../server/bordereaux/list-bordereaux.ts');
  const found = await listBordereaux(services, { actor: CLI_ACTOR, carrierId, month, limit: 200 });
  if (found.length === 0) {
    throw new Refusal('not_found', 'bordereau_not_found', `Nothing was charged for ${carrierId} in ${month}.`);
  }
  return found.map(({ currency }) => ({ carrierId, month, currency }));
}

async function rendered(settlement: SettlementDocument) {
  const { renderSettlement } = await import('../../server/settlements/render-settlement.ts');
  return renderSettlement(settlement);
}

async function show(cli: Cli, json: boolean | undefined, settlements: readonly SettlementDocument[]): Promise<void> {
  const { formatMoney } = await import('../../programs/money.ts');
  const shown = await Promise.all(settlements.map(rendered));
  answer(cli, json, shown, () =>
    table(
      shown.map(({ id, carrierId, month, state, premium, payable, netted, toPay }) => ({
        ...{ settlementId: id, carrier: carrierId, month, state, premium: formatMoney(premium) },
        ...{ payable: formatMoney(payable), netted: formatMoney(netted), toPay: formatMoney(toPay) },
      })),
    ),
  );
}
