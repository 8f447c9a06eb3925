import Joi from 'joi';
import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import { listV1 } from '../lists.ts';
import { expandParam, pageKeys, v1Params } from '../params.ts';
import type { PageParams } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { BalanceTransactionRow } from '../rows.ts';
import { resourceMissing } from '../stripe-trouble.ts';
import { moveMoney, renderBalance, settleTransaction } from './money.ts';

/**
 * Money of our own put into the account, available at once: so that there is something to pay out. With an id of the
 * caller's own it is put there once, however often it is asked for.
 */
export function fund(context: Context, currency: string, amount: number, ownId?: string): BalanceTransactionRow {
  const [known] = ownId === undefined ? [] : context.store.list('balance_transaction', 'source', ownId);
  if (known !== undefined) return known;
  const id = ownId ?? newId(context, 'tu');
  const moved = moveMoney(context, { type: 'topup', amount, currency, source: id, description: 'SANDBOX top-up' });
  emitEvent(context, 'topup.succeeded', {
    ...{ id, object: 'topup', amount, currency, balance_transaction: moved.id, created: seconds(context.now) },
    ...{ livemode: false, metadata: {}, status: 'succeeded' },
  });
  return moved;
}

/** Makes all that is pending available now. Answers how many payments that were. */
export function settleAll(context: Context): number {
  const pending = context.store.list('balance_transaction').filter(({ status }) => status === 'pending');
  for (const { id } of pending) settleTransaction(context, id);
  return pending.length;
}

const only = v1Params({ expand: expandParam });

export const balanceRoutes: readonly Route[] = [
  route('balance.retrieve', 'GET /v1/balance', only, (context) => renderBalance(context)),
  route('balance_transactions.retrieve', 'GET /v1/balance_transactions/*', only, ({ store }, _params, id) => {
    const row = store.get('balance_transaction', id);
    if (row === undefined) throw resourceMissing('balance_transaction', id);
    return row;
  }),
  route(
    'balance_transactions.list',
    'GET /v1/balance_transactions',
    v1Params<PageParams & { currency?: string; source?: string; type?: string }>({
      ...pageKeys,
      currency: Joi.string().lowercase(),
      source: Joi.string(),
      type: Joi.string(),
    }),
    (context, params) =>
      listV1(context, '/v1/balance_transactions', 'balance_transaction', params, {
        ...(params.type !== undefined && { index: 'type', key: params.type }),
        ...(params.source !== undefined && { index: 'source', key: params.source }),
        keep: ({ currency, type }) =>
          (params.currency === undefined || currency === params.currency) &&
          (params.type === undefined || type === params.type),
      }),
  ),
];
