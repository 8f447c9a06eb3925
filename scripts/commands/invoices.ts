import type { Command } from 'commander';
import type { BillingCycle } from '../../programs/invoices/billing-terms.ts';
import type { ProviderName } from '../../server/payments/payment-port.ts';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, record, showPlan, table } from '../cli/render.ts';
import { countValue } from '../cli/values.ts';

interface Writing {
  apply?: boolean;
  json?: boolean;
}

export function declareInvoices(program: Command, cli: Cli): void {
  const invoices = noun(program, 'invoices', 'what platforms are billed, and what they paid');

  verb(invoices, 'list', 'invoices and credit notes, newest first', [
    'invoices list --open',
    'invoices list --policy pol_1',
  ])
    .option('--policy <pol_id>', 'only of this policy')
    .option('--open', 'only with something to pay')
    .option('--limit <n>', 'at most so many', countValue, 100)
    .action(async ({ policy, open, limit, json }: { policy?: string; open?: boolean; limit: number; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { listInvoices } = await import('../../server/invoices/read-invoices.ts');
        const { renderInvoice } = await import('../../server/invoices/render-invoice.ts');
        const { formatMoney } = await import('../../programs/money.ts');
        const found = await listInvoices(services, { actor: CLI_ACTOR, policyId: policy, open, limit });
        const { moneyTable } = await import('../cli/provider-words.ts');
        const page = found.slice(0, limit);
        const shown = page.map((invoice) => renderInvoice(services, invoice, services.clock.now()));
        const providers = page.map(({ delivery }) => delivery.provider);
        answer(cli, json, shown, () =>
          moneyTable(
            services,
            providers,
            shown.map(({ id, policyId, state, dueOn, total, outstanding }, at) => ({
              ...{ invoiceId: id, policyId, state, dueOn },
              total: formatMoney(total),
              outstanding: formatMoney(outstanding),
              provider: providers[at],
            })),
          ),
        );
        if (found.length > limit) cli.note('There are more: raise --limit.');
      }),
    );

  verb(invoices, 'show <invoiceId>', 'an invoice with its statements and payments', ['invoices show inv_01h...'])
    .option('--csv', 'the statements as CSV')
    .action(async (invoiceId: string, { csv, json }: { csv?: boolean; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { readInvoice } = await import('../../server/invoices/read-invoices.ts');
        const render = await import('../../server/invoices/render-invoice.ts');
        const { formatMoney } = await import('../../programs/money.ts');
        const { providerWords } = await import('../cli/provider-words.ts');
        const whole = await readInvoice(services, { actor: CLI_ACTOR, invoiceId });
        if (csv === true) return cli.write(render.invoiceCsv(services, whole));
        const { period, sandbox, ...head } = render.renderInvoice(services, whole.invoice, services.clock.now());
        const lines = whole.lines.map(render.renderInvoiceLine);
        const payments = whole.payments.map(render.renderInvoicePayment);
        const { delivery, writeOff } = whole.invoice;
        answer(cli, json, { ...head, sandbox, period, delivery, writeOff, lines, payments }, () =>
          [
            record({
              ...head,
              period: `${period.from} to ${period.to}`,
              ...{ total: formatMoney(head.total), credited: formatMoney(head.credited), paid: formatMoney(head.paid) },
              ...{ writtenOff: formatMoney(head.writtenOff), outstanding: formatMoney(head.outstanding) },
              delivery:
                `${providerWords(services, delivery.provider)}: ${delivery.state} ${delivery.message ?? ''}`.trim(),
            }),
            table(
              lines.map(({ statementId, productDay, amount }) => ({
                statementId,
                productDay,
                amount: formatMoney(amount),
              })),
            ),
            table(
              payments.map(({ id, kind, amount, occurredAt }) => ({
                paymentId: id,
                kind,
                amount: formatMoney(amount),
                occurredAt,
              })),
            ),
          ].join('\n\n'),
        );
      }),
    );

  writingVerb(invoices, 'issue', 'bill now what is due to be billed, as the job does; again changes nothing', [
    'invoices issue',
    'invoices issue --policy pol_1 --apply',
    'invoices issue --policy pol_1 --early --apply',
  ])
    .option('--policy <pol_id>', 'only of this policy')
    .option('--early', 'also what belongs to a billing cycle that has not ended')
    .action(async ({ policy, early = false, apply, json }: Writing & { policy?: string; early?: boolean }) =>
      cli.withServices(async (services) => {
        const only = policy === undefined ? {} : { policyId: policy };
        if (apply !== true) {
          const statements = await services.models.receivables.countDocuments({ ...only, invoiceId: null });
          return showPlan(
            cli,
            json,
            { ...only, statements },
            early
              ? 'Would bill these unbilled statements now:'
              : 'Would bill, of these unbilled statements, those whose billing cycle has ended (--early bills all):',
          );
        }
        await operatorOf(cli, services, 'ledger:write');
        const { issueInvoices } = await import('../../server/invoices/issue-invoices.ts');
        const issued = await issueInvoices(services, { ...only, early });
        answer(cli, json, issued, () => record({ ...issued }));
      }),
    );

  writingVerb(invoices, 'send <invoiceId>', 'give an invoice to its provider now, also one that it refused before', [
    'invoices send inv_01h... --apply',
  ]).action(async (invoiceId: string, { apply, json }: Writing) =>
    cli.withServices(async (services) => {
      const { delivery } = await readForPlan(services, invoiceId);
      if (apply !== true) return showPlan(cli, json, { invoiceId, delivery }, 'Would send this invoice:');
      await operatorOf(cli, services, 'ledger:write');
      const { sendInvoice } = await import('../../server/invoices/send-invoice.ts');
      const sent = await sendInvoice(services, invoiceId, { again: true });
      const { providerWords } = await import('../cli/provider-words.ts');
      const { provider, state } = sent?.delivery ?? delivery;
      const now = { invoiceId, delivery: state, payUrl: sent?.delivery.payUrl };
      answer(cli, json, now, () => record({ ...now, provider: providerWords(services, provider) }));
    }),
  );

  writingVerb(invoices, 'credit <invoiceId>', "use the policyholder's kept credit for an open invoice", [
    'invoices credit inv_01h... --apply',
  ]).action(async (invoiceId: string, { apply, json }: Writing) =>
    cli.withServices(async (services) => {
      const { state } = await readForPlan(services, invoiceId);
      if (apply !== true) return showPlan(cli, json, { invoiceId, state }, 'Would use what is kept for this invoice:');
      const actor = await operatorOf(cli, services, 'ledger:write');
      const { creditInvoice } = await import('../../server/invoices/credit-invoice.ts');
      const { credited, state: after } = await creditInvoice(services, { actor, invoiceId });
      answer(cli, json, { invoiceId, credited, state: after }, () => record({ invoiceId, credited, state: after }));
    }),
  );

  writingVerb(invoices, 'write-off <invoiceId>', 'give up what is open of an invoice: a loss', [
    'invoices write-off inv_01h... --because "insolvency, case 12/2026" --apply',
  ])
    .requiredOption('--because <reason>', 'why; kept on the invoice')
    .action(async (invoiceId: string, { because, apply, json }: Writing & { because: string }) =>
      cli.withServices(async (services) => {
        const { state } = await readForPlan(services, invoiceId);
        if (apply !== true) return showPlan(cli, json, { invoiceId, state, because }, 'Would write off what is open:');
        const actor = await operatorOf(cli, services, 'ledger:write');
        const { writeOffInvoice } = await import('../../server/invoices/credit-invoice.ts');
        const { writtenOff, state: after } = await writeOffInvoice(services, { actor, invoiceId, because });
        answer(cli, json, { invoiceId, writtenOff, state: after }, () =>
          record({ invoiceId, writtenOff, state: after }),
        );
      }),
    );

  writingVerb(invoices, 'terms <policyId>', 'when a policy is billed and has to pay, from its next invoice on', [
    'invoices terms pol_1',
    'invoices terms pol_1 --cycle monthly --due-days 30 --apply',
    'invoices terms pol_1 --provider bank_file --apply',
  ])
    .option('--cycle <cycle>', 'daily, weekly (from Monday) or monthly')
    .option('--due-days <n>', 'days after the day of issue', Number)
    .option('--provider <name>', 'who collects: stripe, or bank_file for transfers that name the invoice')
    .action(async (policyId: string, { cycle, dueDays, provider, apply, json }: Writing & TermsOptions) =>
      cli.withServices(async (services) => {
        const { billingTermsOf, setBillingTerms } = await import('../../server/invoices/billing-terms.ts');
        const changes = {
          ...(cycle !== undefined && { cycle }),
          ...(dueDays !== undefined && { dueDays }),
          ...(provider !== undefined && { provider }),
        };
        const terms = await billingTermsOf(services, policyId);
        if (apply !== true) return showPlan(cli, json, { policyId, terms, changes }, 'Would bill this policy so:');
        const actor = await operatorOf(cli, services, 'ledger:write');
        const set = await setBillingTerms(services, { actor, policyId, changes });
        answer(cli, json, { policyId, ...set }, () => record({ policyId, ...set }));
      }),
    );
}

interface TermsOptions {
  cycle?: BillingCycle;
  dueDays?: number;
  provider?: ProviderName;
}

async function readForPlan(services: Parameters<Parameters<Cli['withServices']>[0]>[0], invoiceId: string) {
  const { readInvoice } = await import('../../server/invoices/read-invoices.ts');
  const { invoice } = await readInvoice(services, { actor: CLI_ACTOR, invoiceId });
  return invoice;
}
