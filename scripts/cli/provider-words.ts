import type { ProviderName } from '../../server/payments/payment-port.ts';
import { providerOf } from '../../server/payments/provider-of.ts';
import type { Services } from '../../server/services.ts';

/** A provider's name for a person, and that no money moves where that is so. */
export function providerWords(services: Services, name: ProviderName): string {
  return providerOf(services, name).sandbox ? `${name} (SANDBOX: no real money moves)` : name;
}
