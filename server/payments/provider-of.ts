import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import type { PaymentProvider, ProviderName } from './payment-port.ts';
import type { ReadableProvider } from './readable-provider.ts';

/** A provider by its name. Throws `conflict` / `provider_not_configured`. */
export function providerOf({ payments }: Pick<Services, 'payments'>, name: ProviderName): PaymentProvider {
  return payments[name] ?? notConfigured(name);
}

/** A provider that tells by webhooks and whose books can be read. Throws `conflict` / `provider_not_configured`. */
export function readableProviderOf({ payments }: Pick<Services, 'payments'>, name: 'stripe'): ReadableProvider {
  return payments[name] ?? notConfigured(name);
}

function notConfigured(name: ProviderName): never {
  throw new Refusal(
    'conflict',
    'provider_not_configured',
    `The payment provider ${name} is not set up on this server.`,
  );
}
