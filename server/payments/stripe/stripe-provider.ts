import type { Stripe } from 'stripe';
import { accountId } from '../../../programs/ledger/chart.ts';
import { Refusal } from '../../../programs/refusal.ts';
import type { ReadableProvider } from '../readable-provider.ts';
import { checkStripeSignature } from './check-stripe-signature.ts';
import { fetchSightings } from './fetch-sightings.ts';
import { readStripeBalances, readStripeMovements, readStripeSettlements } from './read-stripe-books.ts';
import { readStripeEvent } from './read-stripe-event.ts';
import type { SentLog } from './sent-log.ts';
import { isLiveKey, openStripeClient, type StripeAccess } from './stripe-client.ts';
import { openStripeTopUp, sendStripeInvoice, voidStripeInvoice } from './stripe-invoices.ts';
import { findStripePayouts, sendStripePayout } from './stripe-payouts.ts';

/** How Stripe is reached, and what proves that a webhook is its own. */
export interface StripeCredentials extends StripeAccess {
  readonly webhookSecrets: readonly string[];
}

export interface StripeProviderOptions {
  /** Asked for once, at the first call: the sandbox starts only when something is to be paid. */
  readonly credentials: () => Promise<StripeCredentials>;
  readonly sandbox: boolean;
  readonly sentLog: SentLog;
}

/** Stripe behind the payment port. Every call has our own idempotency key and is made once; its answers are judged in `stripe-answer.ts`. */
export function openStripeProvider({ credentials, sandbox, sentLog }: StripeProviderOptions): ReadableProvider {
  const open = once(async () => {
    const found = await credentials();
    return { ...found, stripe: openStripeClient(found) };
  });
  const client = async (): Promise<Stripe> => (await open()).stripe;
  const financialAccountOf = once(async () => findFinancialAccount(await client()));

  return {
    name: 'stripe',
    sandbox,
    cashAccount: (currency) => accountId('cash:*', currency, 'stripe'),
    clearingAccount: (currency) => accountId('*:clearing', currency, 'stripe'),
    sendPayout: async (order) => sendStripePayout(await client(), order, { sentLog, financialAccountOf }),
    findPayouts: async (payoutId) => findStripePayouts(await client(), payoutId, sentLog),
    sendInvoice: async (order) => sendStripeInvoice(await client(), order),
    voidInvoice: async (invoiceId, providerRef) => voidStripeInvoice(await client(), invoiceId, providerRef),
    openTopUp: async (order) => openStripeTopUp(await client(), order),

    async receive(content, signature, now) {
      // Without one nothing is opened, whoever calls.
      if (signature === undefined) checkStripeSignature(content, undefined, [], now);
      const { secretKey, webhookSecrets } = await open();
      checkStripeSignature(content, signature, webhookSecrets, now);
      const { livemode, ...event } = readStripeEvent(content);
      if (livemode !== isLiveKey(secretKey)) {
        throw new Refusal(
          'unprocessable',
          'webhook_mode_mismatch',
          livemode
            ? 'The event is about real money, and this server is in test mode.'
            : 'The event is about test money, and this server moves real money.',
        );
      }
      return event;
    },
    fetchSightings: async (object, subject, at) => fetchSightings(await client(), object, subject, at),
    readSettlements: async (within) => readStripeSettlements(await client(), within),
    readMovements: async (within) => readStripeMovements(await client(), within),
    readBalances: async () => readStripeBalances(await client(), sandbox ? undefined : await financialAccountOf()),
  };
}

/** The open financial account that outbound payments are drawn from; undefined when Stripe keeps none for us. */
async function findFinancialAccount(stripe: Stripe): Promise<string | undefined> {
  for await (const account of stripe.v2.moneyManagement.financialAccounts.list({ statuses: ['open'] })) {
    if (account.type === 'storage') return account.id;
  }
  return undefined;
}

/** Calls at most once with success; a failure is forgotten, so that the next call tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
