import path from 'node:path';
import type { Services } from '../services.ts';
import type { PaymentProviders } from './readable-provider.ts';
import { openSandboxAccess } from './sandbox-access.ts';
import { openSentLog } from './stripe/sent-log.ts';
import { isLiveKey } from './stripe/stripe-client.ts';
import { openStripeProvider } from './stripe/stripe-provider.ts';

/**
 * The payment providers of a configuration; with no key of Stripe, the sandbox. Opening them calls nobody and starts
 * nothing: the sandbox starts at the first call that needs it.
 */
export function openPaymentProviders({
  config,
  models,
  secrets,
  clock,
  log,
}: Pick<Services, 'config' | 'models' | 'secrets' | 'clock' | 'log'>): PaymentProviders {
  const { stripeSecretKey: secretKey, stripeWebhookSecret, stripeUrl } = config;
  const sentLog = openSentLog(models);
  if (secretKey !== undefined) {
    const access = { secretKey, ...(stripeUrl === undefined ? {} : { url: stripeUrl }) };
    return {
      stripe: openStripeProvider({
        access: () => Promise.resolve(access),
        webhookSecrets: stripeWebhookSecret?.split(',') ?? [],
        live: isLiveKey(secretKey),
        // Stripe's own test mode: nothing real moves there either.
        sandbox: !isLiveKey(secretKey),
        sentLog,
      }),
    };
  }
  // All processes with the same keys believe the same sandbox.
  const webhookSecret = `whsec_${secrets.sign('sandbox-webhooks', 'stripe')}`;
  const sandbox = openSandboxAccess({
    ...(config.environment === 'test' ? {} : { folder: path.join(config.dataDir, 'sandbox') }),
    ...{ webhookSecret, clock, log },
  });
  return {
    stripe: openStripeProvider({
      access: () => sandbox.access(),
      webhookSecrets: [webhookSecret],
      live: false,
      sandbox: true,
      sentLog,
    }),
    sandbox,
  };
}
