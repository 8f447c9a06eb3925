import { Option, type Command } from 'commander';
import { TRANSFER_KINDS, type TransferKind } from '../../programs/ledger/transfer-kinds.ts';
import type { Instant } from '../../programs/calendar.ts';
import type { Cli } from '../cli/cli.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, record, showPlan, table } from '../cli/render.ts';
import { countValue, dayValue, instantValue, monthValue } from '../cli/values.ts';

interface FilterOptions {
  account?: string;
  kind?: TransferKind;
  from?: string;
  to?: string;
}

/** Days are those of `effectiveOn`. */
const DAYS = 'local days to which transfers count';

export function declareBooks(program: Command, cli: Cli): void {
  const books = noun(program, 'books', 'the ledger: checked, balanced, exported, closed');

  verb(books, 'check', 'checks the invariants L1 to L12; exit 1 while one is broken', [
    'books check --json',
    'books check --incremental',
  ])
    .addOption(new Option('--full', 'everything that is stored (the default)').conflicts('incremental'))
    .option('--incremental', 'only what is new since the last check, as the job does every five minutes')
    .action(async ({ incremental = false, json }: { incremental?: boolean; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { checkBooks } = await import('../../server/ledger/books/check-books.ts');
        const { breaches, left, transferCount } = await checkBooks(services, { full: !incremental });
        const shown = breaches.map(({ code, name, subject, account, transferId, message, firstSeenAt }) => ({
          code,
          name,
          subject,
          ...(account !== undefined && { account }),
          ...(transferId !== undefined && { transferId }),
          message,
          firstSeenAt: firstSeenAt.toISOString(),
        }));
        answer(cli, json, { breaches: shown }, () =>
          shown.length === 0
            ? `The books are right: ${transferCount} transfers checked.`
            : shown.map(({ code, name, subject, message }) => `${code} (${name}) ${subject}: ${message}`).join('\n'),
        );
        if (left > 0) cli.note(`There are ${left} more.`);
        if (shown.length > 0) cli.finish(EXIT.refused);
      }),
    );

  verb(books, 'trial-balance', "every account's totals as of an instant of booking", [
    'books trial-balance --currency CNY',
    'books trial-balance --as-of 2026-04-01T00:00:00+08:00 --csv',
  ])
    .option('--as-of <instant>', 'what was booked up to and with it; default now', instantValue)
    .option('--currency <code>', 'only accounts of this currency')
    .option('--csv', 'answer in CSV on standard output, in major units')
    .action(async (options: { asOf?: Instant; currency?: string; csv?: boolean; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { trialBalance } = await import('../../server/ledger/books/trial-balance.ts');
        const { renderTrialLine } = await import('../../server/ledger/books/render-books.ts');
        const { formatInstant } = await import('../../programs/calendar.ts');
        const { formatMajor } = await import('../../programs/money.ts');
        const { moneyTable } = await import('../cli/provider-words.ts');
        const { asOf, currency, csv, json } = options;
        const balance = await trialBalance(services, { asOf, currency });
        if (csv === true) {
          const { exportTrialBalance } = await import('../../server/ledger/books/export-trial-balance.ts');
          return cli.write(exportTrialBalance(balance));
        }
        const lines = balance.lines.map(renderTrialLine);
        const at = formatInstant(balance.asOf);
        answer(cli, json, { asOf: at, provisional: balance.provisional, totals: balance.totals, data: lines }, () => {
          const shown = lines.map((line) => {
            const major = (amount: number): string => formatMajor({ amount, currency: line.currency });
            return {
              account: line.account,
              debits: major(line.debitsPosted),
              credits: major(line.creditsPosted),
              balance: major(line.balance),
            };
          });
          const totals = balance.totals.map(
            ({ currency: code, debitsPosted, creditsPosted }) =>
              `${code}: debits ${formatMajor({ amount: debitsPosted, currency: code })}, credits ${formatMajor({ amount: creditsPosted, currency: code })}`,
          );
          const atStripe = shown.some(({ account }) => account.split(':').includes('stripe'));
          return [
            moneyTable(services, atStripe ? ['stripe'] : [], shown),
            '',
            ...totals,
            `As of ${at}; a balance above zero stands on the debit side.`,
          ].join('\n');
        });
      }),
    );

  verb(books, 'account <accountId>', 'an account with its transfers and the balance after each', [
    'books account policy:pol_example:receivable:CNY --from 2026-03-01 --to 2026-03-31',
  ])
    .option('--from <day>', `first day; ${DAYS}`, dayValue)
    .option('--to <day>', 'last day, inclusive', dayValue)
    .option('--limit <n>', 'at most so many lines', countValue, 1_000)
    .action(async (accountId: string, options: { from?: string; to?: string; limit: number; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { accountStatement } = await import('../../server/ledger/books/account-statement.ts');
        const { renderAccount, renderTransfer } = await import('../../server/ledger/books/render-books.ts');
        const { formatMajor } = await import('../../programs/money.ts');
        const { from, to, limit, json } = options;
        const statement = await accountStatement(services, { account: accountId, from, to, limit });
        const { openingBalance, closingBalance, more } = statement;
        const account = renderAccount(statement.account);
        const major = (amount: number): string => formatMajor({ amount, currency: account.currency });
        const lines = statement.lines.map(({ transfer, posted, balance }) => {
          return { ...renderTransfer(transfer), posted, balance };
        });
        answer(cli, json, { account, openingBalance, lines, closingBalance }, () =>
          [
            record({ account: account.id, name: account.name, 'balance stands on': account.normal }),
            '',
            `Opening balance ${major(openingBalance)}`,
            table(
              lines.map((line) => ({
                day: line.effectiveOn,
                kind: line.kind,
                type: line.type,
                id: line.id,
                with: line.debit === account.id ? line.credit : line.debit,
                posted: major(line.posted),
                balance: major(line.balance),
              })),
            ),
            `Closing balance ${account.currency} ${major(closingBalance)}`,
          ].join('\n'),
        );
        if (more) cli.note('There are more lines: raise --limit, or narrow --from and --to.');
      }),
    );

  verb(books, 'export', 'transfers as CSV for an accountant, earliest day first', [
    'books export --from 2026-03-01 --to 2026-03-31 --csv march.csv',
  ])
    .requiredOption('--from <day>', `first day; ${DAYS}`, dayValue)
    .requiredOption('--to <day>', 'last day, inclusive', dayValue)
    .option('--account <id>', 'only transfers of this account, on either side')
    .addOption(new Option('--kind <kind>', 'only transfers of this kind').choices(Object.keys(TRANSFER_KINDS)))
    .option('--csv <file>', 'where it goes; default standard output')
    .action(async ({ csv: file, json, ...filter }: FilterOptions & { csv?: string; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { exportTransfers } = await import('../../server/ledger/books/export-transfers.ts');
        const { writeChunks } = await import('../cli/write-chunks.ts');
        await writeChunks(cli, exportTransfers(services, filter), file);
        if (file !== undefined) answer(cli, json, { file, ...filter }, () => `Written to ${file}.`);
      }),
    );

  writingVerb(books, 'close-month <month>', 'a month takes nothing any more, for ever (M10); your own operator key', [
    'books close-month 2026-03',
    'books close-month 2026-03 --apply',
  ]).action(async (text: string, { apply, json }: { apply?: boolean; json?: boolean }) => {
    const month = monthValue(text);
    await cli.withServices(async (services) => {
      const { closeMonth, endOfMonth } = await import('../../server/ledger/books/close-month.ts');
      const { openBreaches } = await import('../../server/ledger/books/check-books.ts');
      const { formatInstant } = await import('../../programs/calendar.ts');
      const actor = await operatorOf(cli, services, 'ledger:write');
      if (apply !== true) {
        const openBreachCount = (await openBreaches(services.database.db)).length;
        const plan = { month, overAt: formatInstant(endOfMonth(month)), openBreachCount };
        return showPlan(cli, json, plan, `Would close ${month}, which cannot be undone:`);
      }
      const closed = await closeMonth(services, { actor, month });
      if (closed.status === 'closing') {
        const readyAt = formatInstant(closed.readyAt);
        const said = `${month} takes nothing any more. What began before may end until ${readyAt}: run the same command again then.`;
        answer(cli, json, { month, status: closed.status, readyAt }, () => said);
        return cli.finish(EXIT.unavailable);
      }
      const { closedAt, closedBy, headBlock, headHash } = closed.month;
      const facts = { month, status: closed.status, closedAt: closedAt?.toISOString(), closedBy, headBlock, headHash };
      answer(cli, json, facts, () => record(facts));
    });
  });

  verb(books, 'head', 'the head of the hash chain, signed: keep it outside, daily', ['books head --json']).action(
    async ({ json }: { json?: boolean }) =>
      cli.withServices(async (services) => {
        const { signHead } = await import('../../server/ledger/books/sign-head.ts');
        const head = await signHead(services);
        if (head === undefined) return answer(cli, json, { block: 0 }, () => 'No block is sealed yet.');
        const { block, token } = head;
        const facts = {
          block: block._id,
          hash: block.hash,
          upTo: block.toKey.bookedAt.toISOString(),
          sealedAt: block.sealedAt.toISOString(),
          token,
        };
        answer(cli, json, facts, () => record(facts));
      }),
  );
}
