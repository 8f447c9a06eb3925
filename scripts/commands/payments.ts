import { Option, type Command } from 'commander';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, record, showPlan, table } from '../cli/render.ts';
import { countValue, dayValue } from '../cli/values.ts';

const EVENT_STATES = ['new', 'folded', 'ignored'] as const;
const RESOLUTIONS = ['try_anew', 'booked_by_hand', 'no_action'] as const;

interface ResolveOptions {
  how: (typeof RESOLUTIONS)[number];
  note: string;
  apply?: boolean;
  json?: boolean;
}

interface SweepOptions {
  from: string;
  to: string;
  amount: number;
  currency: string;
  reference: string;
  on: string;
  apply?: boolean;
  json?: boolean;
}

export function declarePayments(program: Command, cli: Cli): void {
  const payments = noun(program, 'payments', 'payment providers against our books');
  declareLooking(payments, cli);
  declareResolving(payments, cli);
  declareReconciling(payments, cli);
  declareSweeping(payments, cli);
}

function declareLooking(payments: Command, cli: Cli): void {
  verb(payments, 'exceptions', 'what a person must look at, newest first', [
    'payments exceptions',
    'payments exceptions --state resolved --json',
  ])
    .addOption(new Option('--state <state>', 'open or resolved').choices(['open', 'resolved']).default('open'))
    .option('--limit <n>', 'at most so many', countValue, 100)
    .action(async ({ state, limit, json }: { state: 'open' | 'resolved'; limit: number; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { listExceptions } = await import('../../server/payments/list-exceptions.ts');
        const { renderException } = await import('../../server/payments/render-exception.ts');
        const found = await listExceptions(services, { actor: CLI_ACTOR, state, limit });
        const { moneyTable } = await import('../cli/provider-words.ts');
        const shown = found.slice(0, limit).map((exception) => renderException(services, exception));
        answer(cli, json, shown, () =>
          moneyTable(
            services,
            shown.map(({ provider }) => provider),
            shown.map(({ id, kind, openedAt, provider, message }) => ({
              ...{ exceptionId: id, openedAt, kind, provider, message },
            })),
          ),
        );
        if (found.length > limit) cli.note('There are more: raise --limit.');
      }),
    );

  verb(payments, 'show <exceptionId>', 'an exception with what each side says', ['payments show exc_01h...']).action(
    async (exceptionId: string, { json }: { json?: boolean }) =>
      cli.withServices(async (services) => {
        const { readException } = await import('../../server/payments/list-exceptions.ts');
        const { renderException } = await import('../../server/payments/render-exception.ts');
        const { providerWords } = await import('../cli/provider-words.ts');
        const shown = renderException(services, await readException(services, { actor: CLI_ACTOR, exceptionId }));
        const { ours, theirs, resolution, ...rest } = shown;
        const provider = providerWords(services, rest.provider);
        const said = (side: unknown): string | undefined => (side === undefined ? undefined : JSON.stringify(side));
        answer(cli, json, shown, () =>
          record({
            ...rest,
            provider,
            sandbox: undefined,
            ours: said(ours),
            theirs: said(theirs),
            resolution: said(resolution),
          }),
        );
      }),
  );

  verb(payments, 'events', 'webhooks as they came in, latest first', [
    'payments events --state new',
    'payments events --subject obp_test_1',
  ])
    .addOption(new Option('--state <state>', 'new waits to be folded').choices(EVENT_STATES))
    .option('--subject <id>', "only of this object of the provider's")
    .option('--limit <n>', 'at most so many', countValue, 50)
    .action(
      async (options: { state?: (typeof EVENT_STATES)[number]; subject?: string; limit: number; json?: boolean }) =>
        cli.withServices(async (services) => {
          const { listProviderEvents } = await import('../../server/payments/list-provider-events.ts');
          const { state, subject, limit, json } = options;
          const found = await listProviderEvents(services, { actor: CLI_ACTOR, state, subject, limit });
          const rows = found.map((event) => {
            const { eventId, type, receivedAt, trouble } = event;
            const shown = { eventId, type, subject: event.subject, receivedAt: receivedAt.toISOString() };
            return { ...shown, state: event.state, tries: event.tries, trouble };
          });
          answer(cli, json, rows, () => table(rows));
        }),
    );
}

function declareResolving(payments: Command, cli: Cli): void {
  writingVerb(payments, 'resolve <exceptionId>', 'end an exception, as yourself', [
    'payments resolve exc_01h... --how booked_by_hand --note "refund of 3 March, booked as 88" --apply',
  ])
    .addOption(
      new Option('--how <how>', 'try_anew books what was refused; the others keep it from being booked by itself')
        .choices(RESOLUTIONS)
        .makeOptionMandatory(),
    )
    .requiredOption('--note <text>', 'what was found out and done')
    .action(async (exceptionId: string, { how, note, apply, json }: ResolveOptions) => {
      if (apply !== true) return showPlan(cli, json, { exceptionId, how, note }, 'Would end this exception:');
      await cli.withServices(async (services) => {
        const { resolveException } = await import('../../server/payments/resolve-exception.ts');
        const { renderException } = await import('../../server/payments/render-exception.ts');
        const actor = await operatorOf(cli, services, 'payments:resolve');
        const resolved = renderException(services, await resolveException(services, { actor, exceptionId, how, note }));
        answer(cli, json, resolved, () => `Resolved ${exceptionId} (${how}).`);
      });
    });
}

function declareReconciling(payments: Command, cli: Cli): void {
  writingVerb(payments, 'reconcile', "compare the provider's books with ours, as the daily job does", [
    'payments reconcile',
    'payments reconcile --apply',
  ]).action(async ({ apply, json }: { apply?: boolean; json?: boolean }) =>
    cli.withServices(async (services) => {
      const { reconcileProvider } = await import('../../server/payments/reconcile-provider.ts');
      const now = services.clock.now();
      const { from, to, found, ...counts } = await reconcileProvider(services, { now, apply: apply === true });
      const shown = {
        applied: apply === true,
        ...{ from: new Date(from).toISOString(), to: new Date(to).toISOString() },
        differences: found.map(({ kind, subject, message }) => ({ kind, subject, message })),
        ...counts,
      };
      answer(cli, json, shown, () =>
        [
          `${shown.from} to ${shown.to}: ${found.length} differences.`,
          ...(found.length === 0 ? [] : [table(shown.differences)]),
          apply === true
            ? `${counts.opened} new exceptions, ${counts.mended} ended, ${counts.caughtUp} facts caught up.`
            : 'Nothing was stored. Add --apply to keep them as exceptions.',
        ].join('\n'),
      );
      if (found.length > 0) cli.finish(EXIT.refused);
    }),
  );
}

function declareSweeping(payments: Command, cli: Cli): void {
  writingVerb(payments, 'sweep', 'book money that moved between two cash accounts of ours (M6)', [
    'payments sweep --from stripe --to bank --amount 1250000 --currency CNY --reference po_1 --on 2026-03-02 --apply',
  ])
    .requiredOption('--from <name>', 'cash:<name>, a provider or a bank')
    .requiredOption('--to <name>', 'cash:<name>, another one')
    .requiredOption('--amount <n>', 'whole minor units', countValue)
    .requiredOption('--currency <code>', 'ISO 4217')
    .requiredOption('--reference <text>', "the provider's payout or the bank's reference; booked once")
    .requiredOption('--on <day>', 'the day on which it moved', dayValue)
    .action(async ({ apply, json, amount, currency, ...input }: SweepOptions) => {
      const plan = { ...input, amount: { amount, currency } };
      if (apply !== true) return showPlan(cli, json, plan, 'Would book this sweep:');
      await cli.withServices(async (services) => {
        const { sweepCash } = await import('../../server/payments/sweep-cash.ts');
        const { formatMoney } = await import('../../programs/money.ts');
        const actor = await operatorOf(cli, services, 'ledger:write');
        const result = await sweepCash(services, { actor, ...plan });
        answer(
          cli,
          json,
          { ...plan, result },
          () => `${formatMoney(plan.amount)} from ${input.from} to ${input.to}: ${result}.`,
        );
      });
    });
}
