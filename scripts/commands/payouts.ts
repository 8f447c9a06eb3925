import { Option, type Command } from 'commander';
import { PAYOUT_STATES, type PayoutState } from '../../programs/payouts/payout-states.ts';
import type { Scope } from '../../server/actor.ts';
import type { ShownPayout } from '../../server/payouts/list-payouts.ts';
import type { PayoutDeps } from '../../server/payouts/payout-deps.ts';
import type { Services } from '../../server/services.ts';
import type { Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, record, showPlan, table } from '../cli/render.ts';
import { collect, countValue, instantValue } from '../cli/values.ts';

interface Writing {
  apply?: boolean;
  json?: boolean;
}

interface CreateOptions extends Writing {
  key: string;
  payee: string;
  amount: number;
  currency: string;
  counted?: number;
  from: string;
  claim?: string;
  incidentAt?: number;
  assessor?: readonly string[];
  text: string;
  provider?: 'stripe' | 'bank_file';
}

const WHO = 'It acts as the person whose operator key PARASOL_OPERATOR_TOKEN holds.';

export function declarePayouts(program: Command, cli: Cli): void {
  const payouts = noun(program, 'payouts', `money out: decided, approved, sent, reconciled. ${WHO}`);

  verb(payouts, 'list', 'payouts, latest decision first', [
    'payouts list --state unknown',
    'payouts list --claim clm_1',
  ])
    .addOption(new Option('--state <state>', 'only these').choices(Object.keys(PAYOUT_STATES)))
    .option('--payee <pye_id>', 'only to this payee')
    .option('--claim <id>', 'only of this claim')
    .option('--limit <n>', 'how many; default 50', countValue)
    .action(async (options: { state?: PayoutState; payee?: string; claim?: string; limit?: number; json?: boolean }) =>
      cli.withServices(async (services) => {
        await operatorOf(cli, services, 'payouts:read');
        const { listPayouts } = await import('../../server/payouts/list-payouts.ts');
        const { renderPayout } = await import('../../server/payouts/render-payout.ts');
        const { state, payee: payeeId, claim: claimId, limit = 50, json } = options;
        const found = (await listPayouts(services, { state, payeeId, claimId, limit })).slice(0, limit);
        const { formatMoney } = await import('../../programs/money.ts');
        const { moneyTable } = await import('../cli/provider-words.ts');
        const providers = found.map(({ payout }) => payout.provider);
        const rendered = found.map((each) => renderPayout(services, each));
        answer(cli, json, rendered, () =>
          moneyTable(
            services,
            providers,
            found.map((each) => rowOf(each, formatMoney(each.payout.amount))),
          ),
        );
      }),
    );

  verb(payouts, 'show <payoutId>', "a payout with its attempts, the provider's words, approvals and timeline", [
    'payouts show pyo_01h...',
  ]).action(async (payoutId: string, { json }: { json?: boolean }) =>
    cli.withServices(async (services) => {
      await operatorOf(cli, services, 'payouts:read');
      const { showPayout } = await import('../../server/payouts/list-payouts.ts');
      await tell(cli, services, json, await showPayout(services, payoutId));
    }),
  );

  writingVerb(payouts, 'create', 'decide a payout and reserve its money', [
    'payouts create --key claim:clm_1:decision:1 --payee pye_01h... --amount 120000 --currency CNY \\',
    '  --from carrier:car_1:claims_float:CNY --text "Benefit" --apply',
  ])
    .requiredOption('--key <key>', 'the fact that is paid; one payout for ever')
    .requiredOption('--payee <pye_id>', 'who is paid')
    .requiredOption('--amount <n>', 'whole minor units (fen, cents)', countValue)
    .requiredOption('--currency <code>', 'ISO 4217')
    .requiredOption('--from <account>', 'the account that pays')
    .requiredOption('--text <text>', 'what the payee reads; no health data')
    .option('--counted <n>', 'with advances and linked claims of 30 days, in minor units', countValue)
    .option('--claim <id>', 'the claim')
    .option('--incident-at <instant>', 'an account set later cools down for 24 hours', instantValue)
    .option('--assessor <person>', 'who assessed it and may not approve; repeat for several', collect)
    .addOption(new Option('--provider <name>', 'default stripe').choices(['stripe', 'bank_file']))
    .action(async ({ apply, json, ...options }: CreateOptions) => {
      const { key: businessKey, payee: payeeId, from: fundingAccount, text: statementText } = options;
      const { counted, claim, incidentAt, assessor, provider } = options;
      const input = await bodyOf({
        ...{ businessKey, payeeId, fundingAccount, statementText },
        amount: { amount: options.amount, currency: options.currency },
        ...(counted === undefined ? {} : { countedAmount: counted }),
        ...(claim === undefined ? {} : { claimId: claim }),
        ...(incidentAt === undefined ? {} : { incidentAt: new Date(incidentAt).toISOString() }),
        ...(assessor === undefined ? {} : { assessors: assessor }),
        ...(provider === undefined ? {} : { provider }),
      });
      if (apply !== true) {
        const incident = incidentAt === undefined ? {} : { incidentAt: new Date(incidentAt).toISOString() };
        return showPlan(cli, json, { ...input, ...incident }, 'Would decide this payout and reserve its money:');
      }
      await cli.withServices(async (services) => {
        const actor = await operatorOf(cli, services, 'payouts:write');
        const { createPayout } = await import('../../server/payouts/create-payout.ts');
        const { openPayouts } = await import('../../server/payouts/open-payouts.ts');
        const { showPayout } = await import('../../server/payouts/list-payouts.ts');
        const { payout } = await createPayout(openPayouts(services), { actor, ...input });
        await tell(cli, services, json, await showPayout(services, payout));
      });
    });

  writingVerb(payouts, 'approve <payoutId>', 'approve exactly its lines, payee and amount', [
    'payouts approve pyo_01h...',
    'payouts approve pyo_01h... --binding kJ8... --apply',
  ])
    .option('--binding <text>', 'of `payouts show`: what you looked at; needed with --apply')
    .action(async (payoutId: string, { binding, apply, json }: Writing & { binding?: string }) => {
      if (apply !== true || binding === undefined) {
        if (apply === true) cli.note('Say what you looked at: --binding, from payouts show.');
        return showPlan(cli, json, { payoutId, binding: binding ?? null }, 'Would approve:');
      }
      await act(cli, json, 'payouts:approve', async (payoutDeps, actor) => {
        const { approvePayout } = await import('../../server/payouts/approve-payout.ts');
        return approvePayout(payoutDeps, { actor, payoutId, binding });
      });
    });

  writingVerb(payouts, 'void <payoutId>', 'give it up, or say no: only while no money can have left', [
    'payouts void pyo_01h... --reason "Decided twice" --apply',
  ])
    .requiredOption('--reason <text>', 'for the timeline')
    .action(async (payoutId: string, { reason, apply, json }: Writing & { reason: string }) => {
      if (apply !== true) return showPlan(cli, json, { payoutId, reason }, 'Would give up this payout:');
      await act(cli, json, 'payouts:write', async (payoutDeps, actor) => {
        const { giveUpPayout } = await import('../../server/payouts/approve-payout.ts');
        return giveUpPayout(payoutDeps, { actor, payoutId, reason });
      });
    });

  writingVerb(payouts, 'retry <payoutId>', 'the next attempt after a failure; after a return, a new, linked payout', [
    'payouts retry pyo_01h... --apply',
  ]).action(async (payoutId: string, { apply, json }: Writing) => {
    if (apply !== true) return showPlan(cli, json, { payoutId }, 'Would try again:');
    await act(cli, json, 'payouts:write', async (payoutDeps, actor) => {
      const { retryPayout } = await import('../../server/payouts/retry-payout.ts');
      return retryPayout(payoutDeps, { actor, payoutId });
    });
  });

  writingVerb(payouts, 'release <payoutId>', 'give what came back to the account that paid it', [
    'payouts release pyo_01h... --apply',
  ]).action(async (payoutId: string, { apply, json }: Writing) => {
    if (apply !== true) return showPlan(cli, json, { payoutId }, 'Would give back what was returned:');
    await act(cli, json, 'payouts:approve', async (payoutDeps, actor) => {
      const { releaseReturned } = await import('../../server/payouts/retry-payout.ts');
      return releaseReturned(payoutDeps, { actor, payoutId });
    });
  });

  writingVerb(payouts, 'reconcile [payoutId]', 'ask the provider about one, or about all that are due', [
    'payouts reconcile --apply',
    'payouts reconcile pyo_01h... --apply',
  ]).action(async (payoutId: string | undefined, { apply, json }: Writing) => {
    if (apply !== true) {
      return showPlan(cli, json, { payoutId: payoutId ?? 'all that are due' }, 'Would ask the provider about:');
    }
    if (payoutId !== undefined) {
      return act(cli, json, 'payouts:write', async (payoutDeps) => {
        const { reconcilePayout } = await import('../../server/payouts/reconcile-payouts.ts');
        return reconcilePayout(payoutDeps, payoutId);
      });
    }
    await cli.withServices(async (services) => {
      await operatorOf(cli, services, 'payouts:write');
      const { reconcileAllDue } = await import('../../server/payouts/drain-payouts.ts');
      const { openPayouts } = await import('../../server/payouts/open-payouts.ts');
      const totals = await reconcileAllDue(openPayouts(services));
      answer(cli, json, totals, () => record(totals));
    });
  });
}

/** The same checks as of `POST /v1/payouts`. */
async function bodyOf(body: object) {
  const { compile } = await import('../../server/http/validate.ts');
  const { createPayoutSchema } = await import('../../server/payouts/payout-body.ts');
  return compile(createPayoutSchema, 'body')(body);
}

type Act = (payouts: PayoutDeps, actor: Awaited<ReturnType<typeof operatorOf>>) => Promise<ShownPayout['payout']>;

/** Does something to one payout as the person of the token, and tells what it is then. */
async function act(cli: Cli, json: boolean | undefined, scope: Scope, work: Act): Promise<void> {
  await cli.withServices(async (services) => {
    const actor = await operatorOf(cli, services, scope);
    const { openPayouts } = await import('../../server/payouts/open-payouts.ts');
    const { showPayout } = await import('../../server/payouts/list-payouts.ts');
    await tell(cli, services, json, await showPayout(services, await work(openPayouts(services), actor)));
  });
}

async function tell(cli: Cli, services: Services, json: boolean | undefined, shown: ShownPayout): Promise<void> {
  const { renderPayout } = await import('../../server/payouts/render-payout.ts');
  const { formatMoney } = await import('../../programs/money.ts');
  const { providerWords } = await import('../cli/provider-words.ts');
  const rendered = renderPayout(services, shown);
  answer(cli, json, rendered, () => {
    const { payee, approvals, amount, countedAmount, attempts, timeline, contradictions, lines, ...plain } = rendered;
    const facts = record({
      ...Object.fromEntries(Object.entries(plain).filter(([, value]) => typeof value === 'string')),
      provider: providerWords(services, rendered.provider),
      amount: formatMoney(amount),
      counted: formatMoney(countedAmount),
      lines: lines.map(({ ref }) => ref).join(' '),
      payee: `${payee.id} version ${payee.version}, ${payee.relation}, ${payee.account ?? 'gone'}`,
      approvals: `${approvals.given.map(({ person }) => person).join(' ') || 'none'}; ${approvals.missing} missing`,
      binding: approvals.binding,
      contradictions: contradictions.length === 0 ? undefined : contradictions.join(' '),
    });
    const tried = attempts.map(({ number, idempotencyKey, keyedAt, outcome, providerRef, words }) => ({
      ...{ attempt: number, key: idempotencyKey, keyedAt, outcome },
      ...{ provider: providerRef ?? undefined, words: words ?? undefined },
    }));
    const steps = timeline.map(({ at, state, by, note }) => ({ at, state, by, note: note ?? undefined }));
    return [facts, tried.length === 0 ? 'No attempt yet.' : table(tried), table(steps)].join('\n\n');
  });
}

function rowOf({ payout, payee }: ShownPayout, amount: string) {
  const { id, state, decidedAt, claimId, payeeId, attempts, fundingAccount, provider } = payout;
  return {
    payoutId: id,
    state,
    amount,
    payee: `${payeeId} ${payee?.account.masked ?? ''}`,
    from: fundingAccount,
    provider,
    claim: claimId ?? undefined,
    attempts: attempts.length,
    decidedAt: new Date(decidedAt).toISOString(),
  };
}
