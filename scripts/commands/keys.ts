import { Option, type Command } from 'commander';
import { SCOPES, type Scope } from '../../server/actor.ts';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { answer, showPlan, table } from '../cli/render.ts';
import { countValue } from '../cli/values.ts';

const DAY_MS = 86_400_000;

interface CreateOptions {
  platform?: string;
  operator?: string;
  mode: 'test' | 'live';
  scopes?: Scope[];
  expiresInDays?: number;
  apply?: boolean;
  json?: boolean;
}

export function declareKeys(program: Command, cli: Cli): void {
  const keys = noun(program, 'keys', 'API keys: at most two live ones per owner, so that rotation has no gap');

  const create = writingVerb(keys, 'create', 'make a key; it is shown once, only its hash is kept', [
    'keys create --platform plt_example --apply',
    'keys create --operator opr_monitoring --mode live --scopes metrics:read --apply',
  ]);
  create
    .option('--platform <plt_id>', 'whose key it is: a platform')
    .option('--operator <opr_id>', 'whose key it is: an operator')
    .addOption(
      new Option('--mode <mode>', "of an operator's key; a platform's has the platform's")
        .choices(['test', 'live'])
        .default('test'),
    )
    .addOption(new Option('--scopes <scopes...>', 'what it may do; default all that fits its owner').choices(SCOPES))
    .option('--expires-in-days <n>', 'default: never', countValue)
    .action(async ({ platform, operator, mode, scopes, expiresInDays, apply, json }: CreateOptions) => {
      if ((platform === undefined) === (operator === undefined))
        create.error('error: name one owner: --platform or --operator.');
      const owner =
        platform === undefined
          ? ({ kind: 'operator', operatorId: operator ?? '', mode } as const)
          : ({ kind: 'platform', platformId: platform } as const);
      const plan = {
        owner,
        ...(scopes === undefined ? {} : { scopes }),
        ...(expiresInDays === undefined ? {} : { expiresInDays }),
      };
      if (apply !== true) return showPlan(cli, json, plan, 'Would make this key:');
      await cli.withServices(async (services) => {
        const { createKey } = await import('../../server/platforms/create-key.ts');
        const key = await createKey(services, {
          actor: CLI_ACTOR,
          owner,
          ...(scopes === undefined ? {} : { scopes }),
          ...(expiresInDays === undefined ? {} : { expiresAt: services.clock.now() + expiresInDays * DAY_MS }),
        });
        answer(cli, json, key, () => `${key.secret}\nThis is ${key.keyId}, shown this once: store it now.`);
      });
    });

  writingVerb(keys, 'revoke <keyId>', 'end a key for good', ['keys revoke key_01h... --apply']).action(
    async (keyId: string, { apply, json }: { apply?: boolean; json?: boolean }) => {
      if (apply !== true) return showPlan(cli, json, { keyId }, 'Would end this key for good:');
      await cli.withServices(async (services) => {
        const { revokeKey } = await import('../../server/platforms/revoke-key.ts');
        const key = await revokeKey(services, { actor: CLI_ACTOR, keyId });
        answer(cli, json, key, () => `Revoked ${keyId} (${key.hint}) of ${key.ownerId}.`);
      });
    },
  );

  verb(keys, 'list', 'keys of an owner, or all; never the keys themselves', ['keys list --owner plt_example'])
    .option('--owner <id>', "a platform's or an operator's id")
    .action(async ({ owner, json }: { owner?: string; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { listKeys } = await import('../../server/platforms/list-keys.ts');
        const found = await listKeys(services, owner === undefined ? {} : { ownerId: owner });
        answer(cli, json, found, () =>
          table(
            found.map((key) => ({
              keyId: key.keyId,
              owner: key.ownerId,
              hint: key.hint,
              scopes: key.scopes.length,
              createdAt: key.createdAt.toISOString(),
              state: key.revokedAt
                ? `revoked ${key.revokedAt.toISOString()}`
                : key.expiresAt
                  ? `until ${key.expiresAt.toISOString()}`
                  : 'live',
            })),
          ),
        );
      }),
    );
}
