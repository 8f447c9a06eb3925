import { Refusal } from '../../programs/refusal.ts';
import { mongoPayeeLookup } from '../payees/mongo-payee-lookup.ts';
import type { ProviderName } from '../payments/payment-port.ts';
import type { Services } from '../services.ts';
import { mongoPayoutStore } from './mongo-payout-store.ts';
import type { PayoutDeps } from './payout-deps.ts';

/** Payouts over the services: what the use cases of this folder are given by routes, jobs and commands. */
export function openPayouts(services: Services): PayoutDeps {
  const { ledger, models, clock, ids, log, metrics, payments } = services;
  return {
    ledger,
    payouts: mongoPayoutStore(models),
    payees: mongoPayeeLookup(services),
    providers: {
      stripe: payments.stripe ?? notConfigured('stripe'),
      bank_file: payments.bank_file ?? notConfigured('bank_file'),
    },
    clock,
    ids,
    log,
    count: (outcome) => metrics.payouts.inc({ outcome }),
  };
}

/** Nothing can be decided through a provider that is not set up; what was decided before waits until it is. */
function notConfigured(name: ProviderName): PayoutDeps['providers'][ProviderName] {
  const message = `The payment provider ${name} is not set up on this server.`;
  const refusal = () => new Refusal('conflict', 'provider_not_configured', message);
  return {
    cashAccount: () => {
      throw refusal();
    },
    sendPayout: async () => ({ outcome: 'try_again', code: 'provider_not_configured', message }),
    findPayouts: () => Promise.reject(refusal()),
  };
}
