import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { addressProblem, isLocalhost, type TargetPolicy } from '../../programs/webhooks/target-address.ts';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** A call that our own rules forbid. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

const resolver = new Resolver({ timeout: 2_000, tries: 2 });

/**
 * Asks the name servers directly: the system's own look-up runs in a pool of four threads, where a few slow names would
 * hold up all other calls. The hosts file is not read; localhost is this machine, whatever a server says.
 */
export const resolvePublic: Resolve = async (hostname) => {
  if (isLocalhost(hostname)) return ['127.0.0.1'];
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return addresses;
  const failed = answers.find((answer) => answer.status === 'rejected');
  throw failed?.reason instanceof Error ? failed.reason : new Error(`${hostname} has no address.`);
};

/**
 * The look-up of a connection, which judges what a name resolves to at the moment of connecting: what was checked before
 * may resolve otherwise a second later (rebinding). One forbidden address among several forbids them all.
 */
export function guardedLookup(resolve: Resolve, policy: TargetPolicy): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname.replace(/\.$/, '')).then(
      (addresses) => {
        const problem = addresses.map((address) => addressProblem(address, policy)).find((one) => one !== undefined);
        const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        const [first] = found;
        if (problem !== undefined || first === undefined)
          callback(new TargetRefused(problem ?? 'It has no address.'), []);
        else if (options.all === true) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), []),
    );
  };
}
