import type { Command } from 'commander';
import type { ProviderName } from '../../server/payments/payment-port.ts';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, record, showPlan } from '../cli/render.ts';
import { countValue } from '../cli/values.ts';

interface Moving {
  platform: string;
  amount: number;
  currency: string;
  reference: string;
  apply?: boolean;
  json?: boolean;
}

export function declareDeposits(program: Command, cli: Cli): void {
  const deposits = noun(program, 'deposits', 'prepaid premium of platforms (G21)');

  verb(deposits, 'show', 'deposits with what is available and what envelopes hold', [
    'deposits show',
    'deposits show --platform plt_example',
  ])
    .option('--platform <plt_id>', 'only of this platform')
    .action(async ({ platform, json }: { platform?: string; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { readDeposits } = await import('../../server/deposits/read-deposits.ts');
        const { renderDeposit } = await import('../../server/deposits/render-deposit.ts');
        const { formatMoney } = await import('../../programs/money.ts');
        const { TOP_UPS_BY } = await import('../../server/deposits/deposit-models.ts');
        const { moneyTable } = await import('../cli/provider-words.ts');
        const deposits = await readDeposits(services, { actor: CLI_ACTOR, platformId: platform });
        const found = deposits.map((deposit) => renderDeposit(services, deposit));
        answer(cli, json, found, () =>
          moneyTable(
            services,
            [TOP_UPS_BY],
            found.map(({ platformId, level, available, reserved }) => ({
              ...{ platformId, level },
              available: formatMoney(available),
              reserved: formatMoney(reserved),
            })),
          ),
        );
      }),
    );

  writingVerb(deposits, 'top-up', 'open a payment page on which a platform fills its deposit', [
    'deposits top-up --platform plt_example --amount 500000 --currency CNY --reference march-1 --apply',
  ])
    .requiredOption('--platform <plt_id>', 'whose deposit')
    .requiredOption('--amount <minor>', 'minor units (fen, cents)', countValue)
    .requiredOption('--currency <code>', 'ISO 4217')
    .requiredOption('--reference <key>', 'the same again is the same top-up')
    .option('--success-url <url>', 'where the browser goes when it was paid', 'https://example.com/paid')
    .option('--cancel-url <url>', 'where it goes else', 'https://example.com/cancelled')
    .action(async ({ apply, json, ...asked }: Moving & { successUrl: string; cancelUrl: string }) =>
      cli.withServices(async (services) => {
        if (apply !== true) return showPlan(cli, json, asked, 'Would open this top-up:');
        await operatorOf(cli, services, 'ledger:write');
        const { platform, amount, currency, reference, successUrl, cancelUrl } = asked;
        const { openTopUp } = await import('../../server/deposits/open-top-up.ts');
        const { renderTopUp } = await import('../../server/deposits/render-deposit.ts');
        const input = { platformId: platform, reference, amount: { amount, currency }, successUrl, cancelUrl };
        const topUp = renderTopUp(services, await openTopUp(services, input));
        const { TOP_UPS_BY } = await import('../../server/deposits/deposit-models.ts');
        const { providerWords } = await import('../cli/provider-words.ts');
        const { id, state, payUrl } = topUp;
        answer(cli, json, topUp, () => record({ id, state, payUrl, provider: providerWords(services, TOP_UPS_BY) }));
      }),
    );

  writingVerb(deposits, 'refund', 'give a part of a top-up back to who paid it on its page', [
    'deposits refund --platform plt_example --reference march-1 --amount 100000 --key goodwill-1 --apply',
  ])
    .requiredOption('--platform <plt_id>', 'whose deposit')
    .requiredOption('--reference <key>', 'of the top-up')
    .requiredOption('--amount <minor>', "minor units of the top-up's currency", countValue)
    .requiredOption('--key <key>', 'of this refund; the same again is the same refund')
    .action(async ({ apply, json, ...asked }: Omit<Moving, 'currency'> & { key: string }) =>
      cli.withServices(async (services) => {
        if (apply !== true) return showPlan(cli, json, asked, 'Would give back:');
        const actor = await operatorOf(cli, services, 'ledger:write');
        const { refundTopUp } = await import('../../server/deposits/refund-top-up.ts');
        const { platform: platformId, reference, amount, key } = asked;
        const made = await refundTopUp(services, { actor, platformId, reference, amount, key });
        answer(cli, json, { ...asked, ...made }, () => `${made.refundRef}: booked when the provider tells of it.`);
      }),
    );

  writingVerb(deposits, 'withdraw', 'book that a bank paid a part of a deposit back to its platform', [
    'deposits withdraw --platform plt_example --amount 500000 --currency CNY --reference wire-77 --apply',
  ])
    .requiredOption('--platform <plt_id>', 'whose deposit')
    .requiredOption('--amount <minor>', 'minor units (fen, cents)', countValue)
    .requiredOption('--currency <code>', 'ISO 4217')
    .requiredOption('--reference <key>', 'of the payment; the same again books nothing')
    .option(
      '--provider <name>',
      "from whose cash: only bank_file, for Stripe's refunds are booked by themselves when Stripe tells them",
      'bank_file',
    )
    .action(async ({ apply, json, ...asked }: Moving & { provider: ProviderName }) =>
      cli.withServices(async (services) => {
        const { assertBookedByHand, withdrawDeposit } = await import('../../server/deposits/withdraw-deposit.ts');
        assertBookedByHand(asked.provider);
        if (apply !== true) return showPlan(cli, json, asked, 'Would book this withdrawal:');
        const actor = await operatorOf(cli, services, 'ledger:write');
        const { platform, amount, currency, reference, provider } = asked;
        const input = { actor, platformId: platform, amount: { amount, currency }, provider, reference };
        const booked = await withdrawDeposit(services, input);
        answer(cli, json, { ...asked, booked }, () => (booked ? 'Booked.' : 'It was booked before.'));
      }),
    );
}
