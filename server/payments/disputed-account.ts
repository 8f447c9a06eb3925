import { accountId, type AccountId } from '../../programs/ledger/chart.ts';
import type { Services } from '../services.ts';
import type { FactOf, ProviderName } from './payment-fact.ts';
import { providerOf } from './provider-of.ts';

/**
 * Where money stands that a payer disputes. The provider takes it out of cash when the case opens (debit) and either gives
 * it back when the case is won, or it is booked as lost (credit), months later. The loss may be told before the taking out
 * is settled: then it is below zero until that is booked.
 */
export const disputedAccount = (provider: ProviderName, currency: string): AccountId =>
  accountId('*:disputed', currency, provider);

/**
 * The provider's account out of which a payer got a payment back: a refund leaves through clearing, as payments come; a lost
 * dispute has left already. Throws `provider_not_configured`.
 */
export function wentBackFrom(
  services: Pick<Services, 'payments'>,
  { provider, cause, amount: { currency } }: FactOf<'payment_reversed'>,
): AccountId {
  switch (cause) {
    case 'refund':
      return providerOf(services, provider).clearingAccount(currency);
    case 'dispute_lost':
      return disputedAccount(provider, currency);
  }
}
