import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf, Scope } from '../../server/actor.ts';
import type { Services } from '../../server/services.ts';
import type { Cli } from './cli.ts';

/**
 * Who gives a command about money or a decision (M8): the person whose operator key `PARASOL_OPERATOR_TOKEN` holds. There
 * is no `--as`, and two keys of one person are one person. Throws `credentials_missing`, `_unknown` and the like,
 * `scope_missing`.
 */
export async function operatorOf(cli: Cli, services: Services, scope: Scope): Promise<ActorOf<'operator'>> {
  const token = cli.env['PARASOL_OPERATOR_TOKEN'];
  if (token === undefined || token === '') {
    throw new Refusal(
      'unauthenticated',
      'credentials_missing',
      'This command needs to know who you are: put your own operator key into PARASOL_OPERATOR_TOKEN (keys create --operator makes one).',
    );
  }
  const { openAuthenticator } = await import('../../server/http/authenticate.ts');
  const actor = await openAuthenticator(services).authenticate(`Bearer ${token}`, services.clock.now());
  if (actor.kind !== 'operator') {
    throw new Refusal('forbidden', 'wrong_credentials', 'PARASOL_OPERATOR_TOKEN must hold the key of an operator.');
  }
  if (!actor.scopes.has(scope)) {
    throw new Refusal('forbidden', 'scope_missing', `Your key lacks the scope ${scope}.`);
  }
  return actor;
}
