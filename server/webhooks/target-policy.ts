import type { TargetPolicy } from '../../programs/webhooks/target-address.ts';
import type { Config } from '../config.ts';
import type { WebhookEndpointDocument } from './webhook-models.ts';

/**
 * What an endpoint may call. Live ones: https on the public internet. Test ones: the same, and http. Only in the sandbox,
 * which is a test platform where no live Stripe key is configured and which is not run as production, also this machine
 * itself, so that a demo and its receiver fit on one laptop. Asked again for every call: the configuration may become
 * stricter later.
 */
export function targetPolicy(
  { environment, stripeSecretKey }: Pick<Config, 'environment' | 'stripeSecretKey'>,
  mode: WebhookEndpointDocument['mode'],
): TargetPolicy {
  const isLiveMoney = stripeSecretKey !== undefined && /^.._live_/.test(stripeSecretKey);
  const isTest = mode === 'test';
  return { httpAllowed: isTest, loopbackAllowed: isTest && !isLiveMoney && environment !== 'production' };
}
