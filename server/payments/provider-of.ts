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

/**
 * Whether what a provider tells is not about real money, by how this server is set up now. A provider that is not set up any
 * more cannot be asked: what it did is taken for real, and reading it goes on.
 */
export function isSandbox({ payments }: Pick<Services, 'payments'>, name: ProviderName): boolean {
  return payments[name]?.sandbox ?? false;
}

function notConfigured(name: ProviderName): never {
  throw new Refusal(
    'conflict',
    'provider_not_configured',
    `The payment provider ${name} is not set up on this server.`,
  );
}
