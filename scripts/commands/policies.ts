import type { Command } from 'commander';
import type { Instant } from '../../programs/calendar.ts';
import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { answer, record, showPlan, table } from '../cli/render.ts';
import { collect, countValue, instantValue } from '../cli/values.ts';

/** Options that `open` needs and `revise` may change. */
interface TermOptions {
  carrier?: string;
  policyholder?: string;
  product?: string;
  from?: Instant;
  to?: Instant;
  timeZone?: string;
  occupation?: readonly string[];
  territory?: readonly string[];
  backFilling?: boolean;
  netting?: boolean;
  prepaid?: boolean;
}

interface OpenOptions extends Required<TermOptions> {
  platform: string;
  id?: string;
  apply?: boolean;
  json?: boolean;
}

interface ReviseOptions extends TermOptions {
  effectiveAt?: Instant;
  expectRevision?: number;
  apply?: boolean;
  json?: boolean;
}

export function declarePolicies(program: Command, cli: Cli): void {
  const policies = noun(program, 'policies', 'group contracts between a carrier and a platform');

  writingVerb(policies, 'open', 'open a policy: its first revision', [
    'policies open --platform plt_example --carrier car_example --policyholder "Example Rides" --product rider-day@1 \\',
    '    --from 2026-01-01T00:00:00+08:00 --to 2027-01-01T00:00:00+08:00 --time-zone Asia/Shanghai \\',
    '    --occupation food-delivery --territory CN --apply',
  ])
    .requiredOption('--platform <plt_id>', 'whose workers it covers')
    .requiredOption('--carrier <car_id>', 'the underwriter')
    .requiredOption('--policyholder <name>', 'who takes out the policy')
    .requiredOption('--product <id@version>', 'the terms, like rider-day@1')
    .requiredOption('--from <instant>', 'in force from, with offset', instantValue)
    .requiredOption('--to <instant>', 'in force until, exclusive, with offset', instantValue)
    .requiredOption('--time-zone <zone>', 'whose local days are the product days')
    .requiredOption('--occupation <class>', 'occupation class it covers; repeat for several', collect)
    .requiredOption('--territory <code>', 'territory it covers; repeat for several', collect)
    .option('--back-filling', 'allow declared back-filling: starts insure from their own time however late', false)
    .option(
      '--netting',
      "the carrier's share of premium stays here, in its claims float, instead of being paid out",
      false,
    )
    .option('--prepaid', "premium is drawn from the platform's deposit, and no deposit means no cover (G21)", false)
    .option('--id <pol_id>', 'an id of your choice, which makes repeating the command harmless')
    .action(async ({ platform, id, apply, json, ...terms }: OpenOptions) => {
      const input = {
        platformId: platform,
        carrierId: terms.carrier,
        policyholder: terms.policyholder,
        product: terms.product,
        period: { from: terms.from, to: terms.to },
        timeZone: terms.timeZone,
        occupationClasses: terms.occupation,
        territories: terms.territory,
        backFilling: terms.backFilling,
        netting: terms.netting,
        prepaid: terms.prepaid,
        ...(id === undefined ? {} : { policyId: id }),
      };
      if (apply !== true)
        return showPlan(cli, json, { ...input, period: isoPeriod(input.period) }, 'Would open this policy:');
      await cli.withServices(async (services) => {
        const { openPolicy } = await import('../../server/policies/open-policy.ts');
        show(cli, json, await openPolicy(services, { actor: CLI_ACTOR, ...input }));
      });
    });

  writingVerb(
    policies,
    'revise <policyId>',
    'record a new revision: the last one with the changes, from now on or later',
    [
      'policies revise pol_example --to 2027-06-30T16:00:00Z --apply',
      'policies revise pol_example --no-back-filling --effective-at 2026-12-01T00:00:00+08:00 --apply',
    ],
  )
    .option('--carrier <car_id>', 'another underwriter')
    .option('--policyholder <name>', 'another policyholder')
    .option('--product <id@version>', 'other terms')
    .option('--from <instant>', 'in force from', instantValue)
    .option('--to <instant>', 'in force until, exclusive', instantValue)
    .option('--time-zone <zone>', 'another time zone')
    .option('--occupation <class>', 'the occupation classes from now on; repeat for several', collect)
    .option('--territory <code>', 'the territories from now on; repeat for several', collect)
    .option('--back-filling', 'allow declared back-filling')
    .option('--no-back-filling', 'no longer allow it')
    .option('--netting', "the carrier's share of premium stays here, in its claims float")
    .option('--no-netting', 'it is paid out every month')
    .option('--prepaid', "draw on the platform's deposit (G21)")
    .option('--no-prepaid', 'charge afterwards')
    .option('--effective-at <instant>', 'governs starts from here on; default now', instantValue)
    .option('--expect-revision <n>', 'refuse when another revision than this is the last', countValue)
    .action(async (policyId: string, { apply, json, effectiveAt, expectRevision, ...terms }: ReviseOptions) =>
      cli.withServices(async (services) => {
        const { policyOf } = await import('../../server/policies/policy-of.ts');
        const { current } = await policyOf(services, policyId);
        const changes = changesOf(terms, current);
        if (apply !== true) {
          const plan = {
            policyId,
            revision: current.revision + 1,
            changes,
            ...(effectiveAt === undefined ? {} : { effectiveAt: iso(effectiveAt) }),
          };
          return showPlan(cli, json, plan, 'Would record this revision:');
        }
        const { revisePolicy } = await import('../../server/policies/revise-policy.ts');
        const revised = await revisePolicy(services, {
          actor: CLI_ACTOR,
          policyId,
          changes,
          ...(effectiveAt === undefined ? {} : { effectiveAt }),
          ...(expectRevision === undefined ? {} : { expectedRevision: expectRevision }),
        });
        show(cli, json, revised);
      }),
    );

  verb(policies, 'list', 'the last revision of each policy', ['policies list', 'policies list --platform plt_example'])
    .option('--platform <plt_id>', 'only of this platform')
    .action(async ({ platform, json }: { platform?: string; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { listPolicies } = await import('../../server/policies/list-policies.ts');
        const found = await listPolicies(services, platform === undefined ? {} : { platformId: platform });
        answer(cli, json, found.map(rendered), () =>
          table(
            found.map((policy) => ({
              policyId: policy.policyId,
              revision: policy.revision,
              platform: policy.platformId,
              product: policy.product,
              from: iso(policy.period.from),
              to: iso(policy.period.to),
              timeZone: policy.timeZone,
              backFilling: policy.backFilling,
            })),
          ),
        );
      }),
    );
}

/** What the options change of the policy; what they leave out stays as it is. */
function changesOf(terms: TermOptions, { period }: PolicyRevision): Partial<PolicyRevision> {
  const { carrier, policyholder, product, from, to, timeZone, occupation, territory, backFilling, netting, prepaid } =
    terms;
  return {
    ...(carrier === undefined ? {} : { carrierId: carrier }),
    ...(policyholder === undefined ? {} : { policyholder }),
    ...(product === undefined ? {} : { product }),
    ...(from === undefined && to === undefined ? {} : { period: { from: from ?? period.from, to: to ?? period.to } }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(occupation === undefined ? {} : { occupationClasses: occupation }),
    ...(territory === undefined ? {} : { territories: territory }),
    ...(backFilling === undefined ? {} : { backFilling }),
    ...(netting === undefined ? {} : { netting }),
    ...(prepaid === undefined ? {} : { prepaid }),
  };
}

function show(cli: Cli, json: boolean | undefined, policy: PolicyRevision): void {
  answer(cli, json, rendered(policy), () => {
    const { period, occupationClasses, territories, ...facts } = rendered(policy);
    return record({
      ...facts,
      from: period.from,
      to: period.to,
      occupationClasses: occupationClasses.join(', '),
      territories: territories.join(', '),
    });
  });
}

function rendered(policy: PolicyRevision) {
  return {
    ...policy,
    recordedAt: iso(policy.recordedAt),
    effectiveAt: iso(policy.effectiveAt),
    period: isoPeriod(policy.period),
  };
}

function isoPeriod({ from, to }: PolicyRevision['period']) {
  return { from: iso(from), to: iso(to) };
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
