import type { Config } from '../config.ts';
import type { Models } from '../database/models.ts';
import type { PaymentProviders } from './readable-provider.ts';
import { openSentLog } from './stripe/sent-log.ts';
import { openStripeProvider } from './stripe/stripe-provider.ts';

/** The payment providers of a configuration. Opening them calls nobody and starts nothing. */
export function openPaymentProviders(config: Config, models: Models): PaymentProviders {
  const { stripeSecretKey, stripeWebhookSecret, stripeUrl } = config;
  if (stripeSecretKey === undefined) return {};
  const credentials = {
    secretKey: stripeSecretKey,
    webhookSecrets: stripeWebhookSecret?.split(',') ?? [],
    ...(stripeUrl === undefined ? {} : { url: stripeUrl }),
  };
  return {
    stripe: openStripeProvider({
      credentials: () => Promise.resolve(credentials),
      sandbox: false,
      sentLog: openSentLog(models),
    }),
  };
}
