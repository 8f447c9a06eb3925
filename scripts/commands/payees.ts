import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { HOLDER_KINDS, VERIFICATION_METHODS } from '../../server/payees/payee-model.ts';
import type { HolderKind, PayeeDocument, VerificationMethod } from '../../server/payees/payee-model.ts';
import type { PayeeAccount } from '../../server/payees/set-payee.ts';
import type { Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { operatorOf } from '../cli/operator.ts';
import { answer, record, showPlan, table } from '../cli/render.ts';
import { countValue } from '../cli/values.ts';

interface Writing {
  apply?: boolean;
  json?: boolean;
}

const FILE_HELP =
  'JSON file with relation, destination and contact, as the body of POST /v1/payees; a file, so that no account number stands in a process list';

export function declarePayees(program: Command, cli: Cli): void {
  const payees = noun(program, 'payees', 'where people and organisations are paid; accounts are shown masked');

  writingVerb(payees, 'create', 'set where a holder is paid', [
    'payees create --holder-kind person --holder per_01h... --account account.json --apply',
  ])
    .addOption(new Option('--holder-kind <kind>', 'whose money').choices(HOLDER_KINDS).makeOptionMandatory())
    .requiredOption('--holder <id>', 'per_..., car_..., plt_..., or the id of a provider')
    .requiredOption('--account <file>', FILE_HELP, jsonFile)
    .option('--name <name>', 'tells several payees of one holder apart; default main')
    .action(async (options: Writing & { holderKind: HolderKind; holder: string; account: unknown; name?: string }) => {
      const { holderKind: kind, holder: id, account, name, apply, json } = options;
      const owner = { holder: { kind, id }, ...(name === undefined ? {} : { name }) };
      const input = { ...(await holderOf(owner)), ...(await accountOf(account)) };
      if (apply !== true) return showPlan(cli, json, await planOf(input), 'Would set this payee:');
      await cli.withServices(async (services) => {
        const actor = await operatorOf(cli, services, 'payees:write');
        const { createPayee } = await import('../../server/payees/set-payee.ts');
        await tell(cli, json, await createPayee(services, { actor, ...input }));
      });
    });

  writingVerb(payees, 'change <payeeId>', 'another account for a payee: its next version, to be verified', [
    'payees change pye_01h... --version 1 --account account.json --apply',
  ])
    .requiredOption('--version <n>', 'the version that you saw', countValue)
    .requiredOption('--account <file>', FILE_HELP, jsonFile)
    .action(
      async (payeeId: string, { version, account, apply, json }: Writing & { version: number; account: unknown }) => {
        const input = { payeeId, version, ...(await accountOf(account)) };
        if (apply !== true) return showPlan(cli, json, await planOf(input), 'Would change this payee:');
        await cli.withServices(async (services) => {
          const actor = await operatorOf(cli, services, 'payees:write');
          const { changePayee } = await import('../../server/payees/set-payee.ts');
          const { openPayouts } = await import('../../server/payouts/open-payouts.ts');
          await tell(cli, json, await changePayee(services, openPayouts(services), { actor, ...input }));
          cli.note('The holder has to be told at the old contact: payees notices lists what to say and where.');
        });
      },
    );

  writingVerb(payees, 'verify <payeeId>', "record that the account is the holder's; not by whoever set it", [
    'payees verify pye_01h... --version 1 --method call_back --apply',
  ])
    .requiredOption('--version <n>', 'the version that you looked at', countValue)
    .addOption(new Option('--method <method>', 'how').choices(VERIFICATION_METHODS).makeOptionMandatory())
    .action(async (payeeId: string, options: Writing & { version: number; method: VerificationMethod }) => {
      const { version, method, apply, json } = options;
      if (apply !== true) return showPlan(cli, json, { payeeId, version, method }, 'Would record as verified:');
      await cli.withServices(async (services) => {
        const actor = await operatorOf(cli, services, 'payees:write');
        const { verifyPayee } = await import('../../server/payees/verify-payee.ts');
        const { openPayouts } = await import('../../server/payouts/open-payouts.ts');
        await tell(cli, json, await verifyPayee(services, openPayouts(services), { actor, payeeId, version, method }));
      });
    });

  verb(payees, 'list', 'payees', ['payees list --holder per_01h...'])
    .option('--holder <id>', 'only of this holder')
    .option('--limit <n>', 'how many; default 50', countValue)
    .action(async ({ holder, limit = 50, json }: { holder?: string; limit?: number; json?: boolean }) =>
      cli.withServices(async (services) => {
        await operatorOf(cli, services, 'payouts:read');
        const { listPayees } = await import('../../server/payees/read-payees.ts');
        const { renderPayee } = await import('../../server/payees/render-payee.ts');
        const found = (await listPayees(services, { holderId: holder, limit })).slice(0, limit);
        answer(cli, json, found.map(renderPayee), () => table(found.map(factsOf)));
      }),
    );

  verb(payees, 'show <payeeId>', 'a payee with its versions, and who else is paid on the same account', [
    'payees show pye_01h...',
  ]).action(async (payeeId: string, { json }: { json?: boolean }) =>
    cli.withServices(async (services) => {
      await operatorOf(cli, services, 'payouts:read');
      const { readPayee } = await import('../../server/payees/read-payees.ts');
      const { renderPayeeWithHistory } = await import('../../server/payees/render-payee.ts');
      const found = await readPayee(services, payeeId);
      const { versions, sameAccount } = renderPayeeWithHistory(found);
      answer(cli, json, renderPayeeWithHistory(found), () =>
        [
          record(factsOf(found.payee)),
          table(
            versions.map(({ version, account, setAt, editor, verifiedAt, verifiedBy }) => ({
              ...{ version, account: account.masked, setAt, editor },
              ...{ verifiedAt: verifiedAt ?? undefined, verifiedBy: verifiedBy ?? undefined },
            })),
          ),
          ...(sameAccount.length === 0 ? [] : [`The same account:\n${table(sameAccount)}`]),
        ].join('\n\n'),
      );
    }),
  );

  verb(
    payees,
    'notices',
    'what holders have to be told of changed accounts, by phone or letter, with the old contact',
    ['payees notices'],
  )
    .option('--limit <n>', 'how many; default 50', countValue)
    .action(async ({ limit = 50, json }: { limit?: number; json?: boolean }) =>
      cli.withServices(async (services) => {
        await operatorOf(cli, services, 'payees:write');
        const { listNotices } = await import('../../server/payees/manual-notices.ts');
        const found = await listNotices(services, limit);
        answer(cli, json, found, () =>
          table(
            found.map(({ noticeId, holderId, contacts, text }) => ({
              ...{ noticeId, holder: holderId, text },
              contacts: contacts.join(' ') || 'none known: look it up',
            })),
          ),
        );
      }),
    );

  writingVerb(payees, 'noticed <noticeId>', 'record that the holder was told, and how', [
    'payees noticed payee_account_changed:pye_01h...:2 --how "called, confirmed" --apply',
  ])
    .requiredOption('--how <text>', 'how they were told, and what they said')
    .action(async (noticeId: string, { how, apply, json }: Writing & { how: string }) => {
      if (apply !== true) return showPlan(cli, json, { noticeId, how }, 'Would record that this was told:');
      await cli.withServices(async (services) => {
        const actor = await operatorOf(cli, services, 'payees:write');
        const { finishNotice } = await import('../../server/payees/manual-notices.ts');
        await finishNotice(services, { actor, noticeId, how });
        answer(cli, json, { noticeId, state: 'done' }, () => `Recorded: ${noticeId}.`);
      });
    });
}

/** An option's JSON file, read at once so that a typing error is wrong use. */
function jsonFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words quote the file, and an account number may stand there.
    throw new InvalidArgumentError(`${path} is not JSON.`);
  }
}

/** The same checks as of `POST /v1/payees`. */
async function holderOf(owner: object) {
  const { compile } = await import('../../server/http/validate.ts');
  const { payeeHolderSchema } = await import('../../server/payees/payee-body.ts');
  return compile(payeeHolderSchema, 'body')(owner);
}

async function accountOf(content: unknown): Promise<PayeeAccount> {
  const { compile } = await import('../../server/http/validate.ts');
  const { payeeAccountSchema } = await import('../../server/payees/payee-body.ts');
  return compile(payeeAccountSchema, 'body')(content);
}

/** What a plan may show of an account. */
async function planOf({ destination, contact, ...rest }: PayeeAccount & object): Promise<Record<string, unknown>> {
  const { shownAccount } = await import('../../server/payees/payee-account.ts');
  return { ...rest, account: shownAccount(destination), contact: contact === undefined ? 'none' : 'given' };
}

async function tell(cli: Cli, json: boolean | undefined, payee: PayeeDocument): Promise<void> {
  const { renderPayee } = await import('../../server/payees/render-payee.ts');
  answer(cli, json, renderPayee(payee), () => record(factsOf(payee)));
}

function factsOf({ _id, holderKind, holderId, name, relation, version, account, editor, verifiedBy }: PayeeDocument) {
  return {
    payeeId: _id,
    holder: `${holderKind} ${holderId}`,
    name,
    relation,
    version,
    account: `${account.kind} ${account.masked}`,
    editor,
    verified: verifiedBy ?? 'no',
  };
}
