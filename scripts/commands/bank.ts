import type { Command } from 'commander';
import { formatMoney, type Money } from '../../programs/money.ts';
import { readBankAmount } from '../../programs/bank/bank-amount.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, showPlan, table } from '../cli/render.ts';
import { currencyValue } from '../cli/values.ts';
import { declareBankStatements } from './bank-statements.ts';

interface Common {
  currency: string;
  apply?: boolean;
  json?: boolean;
}

/** Payment by file: accounts, payment files, statements. */
export function declareBank(program: Command, cli: Cli): void {
  const bank = noun(program, 'bank', 'payment by file: our bank accounts, payment files, statements');
  declareAccounts(bank, cli);
  declareFiles(bank, cli);
  declareBankStatements(bank, cli);
}

function amountOf(text: string, currency: string): Money {
  const amount = readBankAmount(text, currency);
  if (amount !== undefined) return amount;
  throw new Refusal('invalid', 'bank_account_invalid', `${text} is no amount of ${currency}, like 1000.00.`);
}

function declareAccounts(bank: Command, cli: Cli): void {
  writingVerb(bank, 'open', 'make a bank account of ours known, with what is on it', [
    'bank open --currency CNY --holder "County office" --bank ICBKCNBJ --account 6222000000001234 --time-zone Asia/Shanghai --balance 100000.00 --apply',
  ])
    .requiredOption('--currency <code>', 'of ISO 4217; one account for each', currencyValue)
    .requiredOption('--holder <name>', 'in whose name it is')
    .requiredOption('--bank <code>', "the bank's code")
    .requiredOption('--account <number>', 'kept masked')
    .requiredOption('--time-zone <zone>', "in which the bank's days are read")
    .option('--balance <amount>', 'what is on it now, in major units', '0')
    .action(
      async (
        options: Common & { holder: string; bank: string; account: string; timeZone: string; balance: string },
      ) => {
        const { currency, holder, timeZone, apply, json } = options;
        const openingBalance = amountOf(options.balance, currency);
        const plan = { currency, holder, bank: options.bank, timeZone, openingBalance };
        if (apply !== true) return showPlan(cli, json, plan, 'Would open this bank account:');
        await cli.withServices(async (services) => {
          const { openBankAccount } = await import('../../server/payments/bank/open-bank-account.ts');
          const actor = await operatorOf(cli, services, 'payments:resolve');
          const account = await openBankAccount(services, {
            ...{ actor, holder, timeZone, openingBalance },
            ...{ bankCode: options.bank, accountNumber: options.account },
          });
          answer(cli, json, account, () => `The account ${account.maskedNumber} in ${currency} is known.`);
        });
      },
    );
}

function declareFiles(bank: Command, cli: Cli): void {
  writingVerb(bank, 'make', 'put the waiting payments into a payment file', ['bank make --currency CNY --apply'])
    .requiredOption('--currency <code>', 'of ISO 4217', currencyValue)
    .action(async ({ currency, apply, json }: Common) =>
      cli.withServices(async (services) => {
        const { makePaymentFile, nextPaymentFile } = await import('../../server/payments/bank/make-payment-file.ts');
        if (apply !== true) {
          const { orderCount, total, erased } = await nextPaymentFile(services, currency);
          return showPlan(
            cli,
            json,
            { currency, orderCount, total: formatMoney(total), failing: erased },
            'Would make a payment file (those whose payee was erased fail):',
          );
        }
        const actor = await operatorOf(cli, services, 'payouts:approve');
        const file = await makePaymentFile(services, { actor, currency });
        answer(
          cli,
          json,
          file,
          () => `${file._id}: ${file.orderCount} payments, ${formatMoney({ amount: file.total, currency })}.`,
        );
      }),
    );

  verb(bank, 'files', 'payment files, newest first', ['bank files']).action(async ({ json }: Pick<Common, 'json'>) =>
    cli.withServices(async (services) => {
      const files = await services.models.bankFiles.find().sort({ madeAt: -1 }).limit(100).lean();
      const rows = files.map(({ _id, state, orderCount, total, currency, madeAt }) => ({
        ...{ fileId: _id, state, payments: orderCount },
        ...{ total: formatMoney({ amount: total, currency }), madeAt: madeAt.toISOString() },
      }));
      answer(cli, json, files, () => table(rows));
    }),
  );

  verb(bank, 'export <fileId>', 'write a payment file, byte for byte as it was made', [
    'bank export bnk_01h... > payments.csv',
  ]).action(async (fileId: string, { json }: Pick<Common, 'json'>) =>
    cli.withServices(async (services) => {
      const { readPaymentFile } = await import('../../server/payments/bank/make-payment-file.ts');
      await operatorOf(cli, services, 'payouts:approve');
      const { file, content } = await readPaymentFile(services, fileId);
      if (json === true) cli.out(JSON.stringify({ file, content }));
      else cli.write(content);
    }),
  );

  writingVerb(bank, 'void <fileId>', 'void a payment file that the bank never got: its payments are canceled', [
    'bank void bnk_01h... --why "never uploaded" --apply',
  ])
    .requiredOption('--why <words>', 'kept with the file')
    .action(async (fileId: string, { why, apply, json }: { why: string; apply?: boolean; json?: boolean }) => {
      if (apply !== true) return showPlan(cli, json, { fileId, why }, 'Would void this payment file:');
      await cli.withServices(async (services) => {
        const { voidPaymentFile } = await import('../../server/payments/bank/end-orders.ts');
        const actor = await operatorOf(cli, services, 'payouts:approve');
        const file = await voidPaymentFile(services, { actor, fileId, why });
        answer(
          cli,
          json,
          file,
          () => `${fileId} is void; its payments are canceled, but for those that the bank refused.`,
        );
      });
    });

  writingVerb(bank, 'fail <reference>', 'record that the bank refused one payment before any money moved', [
    'bank fail pyo_01h...-1 --why "account unknown" --apply',
  ])
    .requiredOption('--why <words>', "the bank's words")
    .action(async (reference: string, { why, apply, json }: { why: string; apply?: boolean; json?: boolean }) => {
      if (apply !== true) return showPlan(cli, json, { reference, why }, 'Would record this refusal:');
      await cli.withServices(async (services) => {
        const { failOrder } = await import('../../server/payments/bank/end-orders.ts');
        await operatorOf(cli, services, 'payouts:approve');
        const order = await failOrder(services, { reference, why });
        answer(cli, json, { reference: order._id, state: order.state }, () => `${reference} has failed.`);
      });
    });
}
