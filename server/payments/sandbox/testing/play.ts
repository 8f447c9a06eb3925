import Stripe from 'stripe';
import { MovableClock } from '../../../clock.ts';
import { InProcessHttpClient } from '../in-process-http-client.ts';
import { fund } from '../objects/balance.ts';
import { FINANCIAL_ACCOUNT } from '../objects/outbound-payments.ts';
import { SandboxCore } from '../sandbox-core.ts';
import type { CoreOptions } from '../sandbox-core.ts';

export const START = Date.parse('2026-03-02T08:00:00Z');
export const DAY_MS = 86_400_000;

/** The real SDK against a core in this process, on a clock that the test moves. */
export function play(options: Partial<CoreOptions> = {}) {
  const clock = new MovableClock(START);
  const core = new SandboxCore({ seed: 'test', ...options });
  const stripe = clientOf(core, clock);
  return {
    clock,
    core,
    stripe,
    /** Puts money of our own into the account. */
    fund: (amount: number, currency = 'cny') => core.act(clock.now(), (context) => fund(context, currency, amount)),
    pass: (ms: number) => {
      clock.advance(ms);
      core.advance(clock.now());
    },
  };
}

export function clientOf(core: SandboxCore, clock: MovableClock): Stripe {
  return new Stripe('sk_test_1', {
    httpClient: new InProcessHttpClient(core, clock),
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

let recipients = 0;

/** A recipient with a bank account of that number; `name` makes the keys, else each one is new. */
export async function recipientWith(stripe: Stripe, accountNumber = '6222020200112233', name = `${recipients++}`) {
  const recipient = await stripe.v2.core.accounts.create(
    {
      display_name: 'Wang Xiaoming',
      identity: { country: 'cn', entity_type: 'individual' },
      configuration: { recipient: { capabilities: { bank_accounts: { local: { requested: true } } } } },
    },
    { idempotencyKey: `recipient-${name}` },
  );
  const setup = await stripe.v2.moneyManagement.outboundSetupIntents.create(
    {
      payout_method_data: {
        type: 'bank_account',
        bank_account: { account_number: accountNumber, country: 'CN', currency: 'cny', swift_code: 'ICBKCNBJ' },
      },
      usage_intent: 'payment',
    },
    { stripeContext: recipient.id, idempotencyKey: `payout-method-${name}` },
  );
  if (setup.payout_method === undefined) throw new Error('No payout method was made.');
  return { recipient: recipient.id, payoutMethod: setup.payout_method.id };
}

/** One outbound payment for a payout of ours. */
export function send(
  stripe: Stripe,
  to: { readonly recipient: string; readonly payoutMethod: string },
  { value = 10_000, payoutId = 'pyo_1', key = 'key-1' } = {},
) {
  return stripe.v2.moneyManagement.outboundPayments.create(
    {
      amount: { value, currency: 'cny' },
      from: { currency: 'cny', financial_account: FINANCIAL_ACCOUNT },
      to: { recipient: to.recipient, payout_method: to.payoutMethod },
      metadata: { payoutId, attempt: '1' },
      statement_descriptor: 'PARASOL',
    },
    { idempotencyKey: key },
  );
}
