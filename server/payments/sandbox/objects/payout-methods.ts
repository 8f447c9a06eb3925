import Joi from 'joi';
import { newId, rfc3339 } from '../context.ts';
import type { Context } from '../context.ts';
import { listV2 } from '../lists.ts';
import type { PageV2 } from '../lists.ts';
import { v2Params } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { OutboundSetupIntentRow, PayoutMethodRow } from '../rows.ts';
import { invalidFields, notFoundV2, refusedV2 } from '../stripe-trouble.ts';
import { accountOf } from './accounts.ts';
import { INVALID_ACCOUNT_NUMBER } from './magic.ts';

interface BankAccount {
  readonly account_number: string;
  readonly bank_account_type?: string;
  readonly branch_number?: string;
  readonly country: string;
  readonly currency: string;
  readonly routing_number?: string;
  readonly swift_code?: string;
}

interface SetupParams {
  readonly payout_method_data: { readonly type: 'bank_account'; readonly bank_account: BankAccount };
  readonly usage_intent?: 'payment' | 'transfer';
}

const setupParams = v2Params<SetupParams>({
  payout_method_data: Joi.object({
    type: Joi.string().valid('bank_account').required(),
    bank_account: Joi.object({
      account_number: Joi.string().required(),
      bank_account_type: Joi.string().valid('checking', 'futsu', 'savings', 'toza'),
      branch_number: Joi.string(),
      country: Joi.string().required(),
      currency: Joi.string().required(),
      routing_number: Joi.string(),
      swift_code: Joi.string(),
    }).required(),
  }).required(),
  usage_intent: Joi.string().valid('payment', 'transfer'),
});

export function payoutMethodOf({ store }: Pick<Context, 'store'>, id: string): PayoutMethodRow {
  const method = store.get('payout_method', id);
  if (method === undefined) throw notFoundV2('payout method', id);
  return method;
}

/** The recipient is the account on whose behalf the call is made (`Stripe-Context`). */
function recipientOf(context: Context): string {
  if (context.account === null) {
    throw invalidFields('Payout methods belong to a recipient: name it with the Stripe-Context header.');
  }
  return accountOf(context, context.account).id;
}

function setUp(context: Context, params: SetupParams): OutboundSetupIntentRow {
  const { store, now } = context;
  const recipient = recipientOf(context);
  const { account_number: number, currency, ...bank } = params.payout_method_data.bank_account;
  // Handles of wallets are taken too, though Stripe may not serve them: somebody must be able to try payouts to them.
  if (number === INVALID_ACCOUNT_NUMBER || number.length > 64) {
    throw refusedV2(
      'invalid_payout_method',
      'invalid_payout_method',
      'The bank account could not be saved: its number is not valid.',
    );
  }
  const id = newId(context, 'usba_test');
  const intentId = newId(context, 'osi_test');
  const method = store.put('payout_method', {
    id,
    object: 'v2.money_management.payout_method',
    archived: false,
    bank_account: {
      bank_account_type: bank.bank_account_type ?? 'checking',
      bank_name: 'SANDBOX BANK',
      ...(bank.branch_number !== undefined && { branch_number: bank.branch_number }),
      country: bank.country,
      last4: number.slice(-4),
      ...(bank.routing_number !== undefined && { routing_number: bank.routing_number }),
      supported_currencies: [currency.toLowerCase()],
      ...(bank.swift_code !== undefined && { swift_code: bank.swift_code }),
    },
    created: rfc3339(now),
    latest_outbound_setup_intent: intentId,
    livemode: false,
    restricted: false,
    type: 'bank_account',
    usage_status: { payments: 'eligible', transfers: 'eligible' },
  });
  store.put('payout_method_detail', { id, recipient, accountNumber: number });
  return store.put('outbound_setup_intent', {
    id: intentId,
    object: 'v2.money_management.outbound_setup_intent',
    created: rfc3339(now),
    livemode: false,
    payout_method: method,
    status: 'succeeded',
    usage_intent: params.usage_intent ?? 'payment',
  });
}

const nothing = v2Params({});

export const payoutMethodRoutes: readonly Route[] = [
  route('outbound_setup_intents.create', 'POST /v2/money_management/outbound_setup_intents', setupParams, setUp),
  route(
    'outbound_setup_intents.retrieve',
    'GET /v2/money_management/outbound_setup_intents/*',
    nothing,
    ({ store }, _params, id) => {
      const intent = store.get('outbound_setup_intent', id);
      if (intent === undefined) throw notFoundV2('outbound setup intent', id);
      return intent;
    },
  ),
  route('payout_methods.retrieve', 'GET /v2/money_management/payout_methods/*', nothing, (context, _params, id) =>
    payoutMethodOf(context, id),
  ),
  route(
    'payout_methods.archive',
    'POST /v2/money_management/payout_methods/*/archive',
    nothing,
    (context, _params, id) => context.store.put('payout_method', { ...payoutMethodOf(context, id), archived: true }),
  ),
  route(
    'payout_methods.list',
    'GET /v2/money_management/payout_methods',
    v2Params<PageV2>({ limit: Joi.string(), page: Joi.string() }),
    (context, params) => {
      const recipient = recipientOf(context);
      return listV2(context, '/v2/money_management/payout_methods', 'payout_method', params, {
        keep: ({ id }) => context.store.get('payout_method_detail', id)?.recipient === recipient,
      });
    },
  ),
];
