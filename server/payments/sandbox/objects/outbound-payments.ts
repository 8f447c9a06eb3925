import Joi from 'joi';
import { newId, rfc3339 } from '../context.ts';
import type { Context } from '../context.ts';
import { emitThinEvent } from '../emit-event.ts';
import { listV2 } from '../lists.ts';
import type { PageV2 } from '../lists.ts';
import { currencyParam, mergeMetadata, metadataParam, v2Params } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { AmountV2, Metadata, OutboundPaymentRow, OutboundStatus } from '../rows.ts';
import { invalidFields, notFoundV2, refusedV2 } from '../stripe-trouble.ts';
import { accountOf } from './accounts.ts';
import { INSUFFICIENT_ACCOUNT_NUMBER, outboundFate } from './magic.ts';
import { balanceOf, moveMoney, recordEffect } from './money.ts';

interface CreateParams {
  readonly amount: AmountV2;
  readonly description?: string;
  readonly from: { readonly currency: string; readonly financial_account: string };
  readonly metadata?: Metadata;
  readonly recipient_notification?: { readonly setting: 'configured' | 'none' };
  readonly statement_descriptor?: string;
  readonly to: { readonly currency?: string; readonly payout_method?: string; readonly recipient: string };
}

const createParams = v2Params<CreateParams>({
  amount: Joi.object({
    value: Joi.number().integer().min(1).required(),
    currency: currencyParam.required(),
  }).required(),
  description: Joi.string(),
  from: Joi.object({ currency: currencyParam.required(), financial_account: Joi.string().required() }).required(),
  metadata: metadataParam,
  recipient_notification: Joi.object({ setting: Joi.string().valid('configured', 'none').required() }),
  statement_descriptor: Joi.string().min(3).max(22),
  to: Joi.object({
    currency: currencyParam,
    payout_method: Joi.string(),
    payout_method_options: Joi.object().unknown(),
    recipient: Joi.string().required(),
  }).required(),
});

/** The one financial account of the sandbox; its money is the account's balance. */
export const FINANCIAL_ACCOUNT = 'fa_test_sandbox';

export function outboundOf({ store }: Pick<Context, 'store'>, id: string): OutboundPaymentRow {
  const payment = store.get('outbound_payment', id);
  if (payment === undefined) throw notFoundV2('outbound payment', id);
  return payment;
}

/** The money leaves the balance at once; what becomes of the payment, time tells. */
function create(context: Context, params: CreateParams): OutboundPaymentRow {
  const { store, now, settings } = context;
  const { amount, from, to } = params;
  if (from.financial_account !== FINANCIAL_ACCOUNT) throw notFoundV2('financial account', from.financial_account);
  if (from.currency !== amount.currency || (to.currency ?? amount.currency) !== amount.currency) {
    throw invalidFields('The sandbox converts no currencies: from, to and amount must name the same.');
  }
  const recipient = accountOf(context, to.recipient);
  const detail = payoutMethodFor(context, recipient.id, to.payout_method);
  const { currency, value } = amount;
  if (detail.accountNumber === INSUFFICIENT_ACCOUNT_NUMBER || balanceOf(context, currency).available < value) {
    throw refusedV2(
      'insufficient_funds',
      'outbound_payment_insufficient_funds',
      'The financial account does not have enough funds in its available balance for this payment.',
    );
  }
  const id = newId(context, 'obp_test');
  moveMoney(context, { type: 'payout', amount: -value, currency, source: id });
  const metadata = mergeMetadata({}, params.metadata);
  recordEffect(context, { id, kind: 'outbound_payment', amount: value, currency, metadata });
  const payment = store.put('outbound_payment', {
    id,
    object: 'v2.money_management.outbound_payment',
    amount,
    cancelable: true,
    created: rfc3339(now),
    ...(params.description !== undefined && { description: params.description }),
    expected_arrival_date: rfc3339(now + settings.postingMs),
    from: { debited: amount, financial_account: FINANCIAL_ACCOUNT },
    livemode: false,
    metadata,
    recipient_notification: params.recipient_notification ?? { setting: 'configured' },
    statement_descriptor: params.statement_descriptor ?? 'SANDBOX',
    status: 'processing',
    to: { credited: amount, payout_method: detail.id, recipient: recipient.id },
  });
  emitThinEvent(context, 'v2.money_management.outbound_payment.created', payment);
  if (outboundFate(detail.accountNumber).kind !== 'stuck') {
    context.schedule('finish_outbound', id, now + settings.postingMs);
  }
  return payment;
}

function payoutMethodFor({ store }: Context, recipient: string, id: string | undefined) {
  const detail =
    id === undefined
      ? store.list('payout_method_detail', 'recipient', recipient).at(-1)
      : store.get('payout_method_detail', id);
  if (detail === undefined || detail.recipient !== recipient) {
    throw invalidFields(`to.payout_method: the recipient has no payout method ${id ?? 'to choose'}.`);
  }
  if (store.get('payout_method', detail.id)?.archived === true) {
    throw refusedV2('invalid_payout_method', 'payout_method_archived', 'The payout method is archived.');
  }
  return detail;
}

/** Time has come for a payment to be posted, or to fail. */
export function finishOutbound(context: Context, id: string): void {
  const payment = outboundOf(context, id);
  if (payment.status !== 'processing') return;
  const number = context.store.get('payout_method_detail', payment.to.payout_method)?.accountNumber ?? '';
  const fate = outboundFate(number);
  if (fate.kind === 'failed') return endOutbound(context, payment, 'failed', fate.reason);
  postOutbound(context, payment);
  if (fate.kind === 'returned') context.schedule('return_outbound', id, context.now + context.settings.returnMs);
}

function postOutbound(context: Context, payment: OutboundPaymentRow): void {
  const posted = context.store.put('outbound_payment', {
    ...payment,
    cancelable: false,
    status: 'posted',
    status_transitions: { posted_at: rfc3339(context.now) },
  });
  emitThinEvent(context, 'v2.money_management.outbound_payment.posted', posted);
}

/** The recipient's bank sends a posted payment back. Throws when it is not posted. */
export function returnOutbound(context: Context, id: string, reason?: string): OutboundPaymentRow {
  const payment = outboundOf(context, id);
  if (payment.status !== 'posted') {
    throw refusedV2('cannot_proceed', 'outbound_payment_not_posted', `The payment is ${payment.status}, not posted.`);
  }
  const number = context.store.get('payout_method_detail', payment.to.payout_method)?.accountNumber ?? '';
  const fate = outboundFate(number);
  endOutbound(
    context,
    payment,
    'returned',
    reason ?? (fate.kind === 'returned' ? fate.reason : 'payout_method_closed'),
  );
  return outboundOf(context, id);
}

function cancel(context: Context, id: string): OutboundPaymentRow {
  const payment = outboundOf(context, id);
  if (payment.status === 'canceled') {
    throw refusedV2('already_canceled', 'outbound_payment_already_canceled', 'The payment is canceled already.');
  }
  if (payment.status !== 'processing') {
    throw refusedV2('not_cancelable', 'outbound_payment_not_cancelable', `The payment is ${payment.status}.`);
  }
  endOutbound(context, payment, 'canceled');
  return outboundOf(context, id);
}

/** The money comes back to the balance. */
function endOutbound(
  context: Context,
  before: OutboundPaymentRow,
  status: 'failed' | 'canceled' | 'returned',
  reason = 'unknown_failure',
): void {
  const payment = { ...before };
  delete payment.expected_arrival_date;
  const { value, currency } = payment.amount;
  moveMoney(context, { type: 'payout_failure', amount: value, currency, source: payment.id });
  const ended = context.store.put('outbound_payment', {
    ...payment,
    cancelable: false,
    status,
    ...(status === 'canceled' ? {} : { status_details: { [status]: { reason } } }),
    status_transitions: { ...payment.status_transitions, [`${status}_at`]: rfc3339(context.now) },
  });
  emitThinEvent(context, `v2.money_management.outbound_payment.${status}`, ended);
}

type ListParams = PageV2 & {
  readonly recipient?: string;
  readonly status?: OutboundStatus | readonly OutboundStatus[];
};

const statusParam = Joi.string().valid('canceled', 'failed', 'posted', 'processing', 'returned');
const nothing = v2Params({});

function renderFinancialAccount({ store }: Context): object {
  const empty = (): Record<string, AmountV2> => ({});
  const [available, inbound] = [empty(), empty()];
  for (const row of store.list('balance')) {
    available[row.id] = { value: row.available, currency: row.id };
    inbound[row.id] = { value: row.pending, currency: row.id };
  }
  return {
    id: FINANCIAL_ACCOUNT,
    object: 'v2.money_management.financial_account',
    balance: { available, inbound_pending: inbound, outbound_pending: {} },
    country: 'CN',
    created: '2026-01-01T00:00:00.000Z',
    display_name: 'SANDBOX',
    livemode: false,
    status: 'open',
    storage: { holds_currencies: Object.keys(available) },
    type: 'storage',
  };
}

export const outboundPaymentRoutes: readonly Route[] = [
  route('outbound_payments.create', 'POST /v2/money_management/outbound_payments', createParams, create),
  route(
    'outbound_payments.cancel',
    'POST /v2/money_management/outbound_payments/*/cancel',
    nothing,
    (context, _params, id) => cancel(context, id),
  ),
  route('outbound_payments.retrieve', 'GET /v2/money_management/outbound_payments/*', nothing, (context, _params, id) =>
    outboundOf(context, id),
  ),
  route(
    'outbound_payments.list',
    'GET /v2/money_management/outbound_payments',
    v2Params<ListParams>({
      created: Joi.object().pattern(Joi.string().valid('gt', 'gte', 'lt', 'lte'), Joi.string()),
      limit: Joi.string(),
      page: Joi.string(),
      recipient: Joi.string(),
      status: Joi.alternatives().try(statusParam, Joi.array().items(statusParam)),
    }),
    (context, params) =>
      listV2(context, '/v2/money_management/outbound_payments', 'outbound_payment', params, {
        ...(params.recipient !== undefined && { index: 'recipient', key: params.recipient }),
        keep: ({ status }) => params.status === undefined || params.status.includes(status),
      }),
  ),
  route(
    'financial_accounts.list',
    'GET /v2/money_management/financial_accounts',
    v2Params({}, 'ignored'),
    (context) => ({
      data: [renderFinancialAccount(context)],
      next_page_url: null,
      previous_page_url: null,
    }),
  ),
  route(
    'financial_accounts.retrieve',
    'GET /v2/money_management/financial_accounts/*',
    v2Params({}, 'ignored'),
    (context, _params, id) => {
      if (id !== FINANCIAL_ACCOUNT) throw notFoundV2('financial account', id);
      return renderFinancialAccount(context);
    },
  ),
];
