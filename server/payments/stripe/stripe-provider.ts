import type { Stripe } from 'stripe';
import { accountId } from '../../../programs/ledger/chart.ts';
import { Refusal } from '../../../programs/refusal.ts';
import type { ReadableProvider } from '../readable-provider.ts';
import { FINANCIAL_ACCOUNT } from '../sandbox/objects/outbound-payments.ts';
import { checkStripeSignature } from './check-stripe-signature.ts';
import { fetchSightings } from './fetch-sightings.ts';
import { readStripeBalances, readStripeMovements, readStripeSettlements } from './read-stripe-books.ts';
import { readStripeEvent } from './read-stripe-event.ts';
import type { SentLog } from './sent-log.ts';
import { openStripeClient, type StripeAccess, type StripeTransport } from './stripe-client.ts';
import { openStripeTopUp, sendStripeInvoice, voidStripeInvoice } from './stripe-invoices.ts';
import { findStripeRefund, refundStripePayment } from './stripe-refunds.ts';
import { findStripePayouts, sendStripePayout } from './stripe-payouts.ts';

export interface StripeProviderOptions {
  /** How Stripe is reached; asked at each call, so that the sandbox starts only when something is to be paid. */
  readonly access: () => Promise<StripeAccess>;
  /** What proves that a webhook is Stripe's own. */
  readonly webhookSecrets: readonly string[];
  /** Whether real money moves. */
  readonly live: boolean;
  /** Whether a person is told that none does: our fake of Stripe, or Stripe's test mode. */
  readonly sandbox: boolean;
  readonly sentLog: SentLog;
  readonly transport?: StripeTransport;
}

/** Stripe behind the payment port. Every call has our own idempotency key and is made once; its answers are judged in `stripe-answer.ts`. */
export function openStripeProvider(options: StripeProviderOptions): ReadableProvider {
  const { access, webhookSecrets, live, sandbox, sentLog, transport } = options;
  let opened: { readonly url: string | undefined; readonly stripe: Stripe } | undefined;
  const client = async (): Promise<Stripe> => {
    const found = await access();
    if (opened === undefined || opened.url !== found.url) {
      opened = { url: found.url, stripe: openStripeClient(found, transport) };
    }
    return opened.stripe;
  };
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
      checkStripeSignature(content, signature, webhookSecrets, now);
      const { livemode, ...event } = readStripeEvent(content);
      if (livemode !== live) {
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
    findRefund: async (order) => findStripeRefund(await client(), order),
    refundPayment: async (order) => refundStripePayment(await client(), order),
    fetchSightings: async (object, subject, at) => fetchSightings(await client(), object, subject, at),
    readSettlements: async (within) => readStripeSettlements(await client(), within),
    readMovements: async (within) => readStripeMovements(await client(), within),
    async readBalances() {
      // The sandbox's financial account is the account's balance itself, and not beside it.
      const account = await financialAccountOf();
      return readStripeBalances(await client(), account === FINANCIAL_ACCOUNT ? undefined : account);
    },
  };
}

/** The open financial account that outbound payments are drawn from; undefined when Stripe keeps none for us. */
async function findFinancialAccount(stripe: Stripe): Promise<string | undefined> {
  for await (const account of stripe.v2.moneyManagement.financialAccounts.list({ statuses: ['open'] })) {
    if (account.type === 'storage') return account.id;
  }
  return undefined;
}

/** Calls at most once with success; a failure, and that there is nothing yet, is forgotten, so that the next call tries again. */
function once<T>(make: () => Promise<T | undefined>): () => Promise<T | undefined> {
  let made: Promise<T | undefined> | undefined;
  const find = async (): Promise<T | undefined> => {
    let found: T | undefined;
    try {
      found = await make();
      return found;
    } finally {
      if (found === undefined) made = undefined;
    }
  };
  return () => (made ??= find());
}
