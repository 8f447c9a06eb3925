import Joi from 'joi';
import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import { listV1 } from '../lists.ts';
import {
  amountParam,
  currencyParam,
  expandParam,
  mergeMetadata,
  metadataParam,
  pageKeys,
  v1Params,
} from '../params.ts';
import type { PageParams } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { Metadata, TransferReversalRow, TransferRow } from '../rows.ts';
import { invalidParam, refused, resourceMissing } from '../stripe-trouble.ts';
import { accountExists } from './accounts.ts';
import { transferFate } from './magic.ts';
import { moveMoney, recordEffect, requireAvailable } from './money.ts';

interface CreateParams {
  readonly amount: number;
  readonly currency: string;
  readonly description?: string;
  readonly destination: string;
  readonly metadata?: Metadata;
  readonly source_transaction?: string;
  readonly transfer_group?: string;
}

const createParams = v1Params<CreateParams>({
  amount: amountParam.required(),
  currency: currencyParam.required(),
  description: Joi.string(),
  destination: Joi.string().required(),
  expand: expandParam,
  metadata: metadataParam,
  source_transaction: Joi.string(),
  transfer_group: Joi.string(),
});

export function transferOf({ store }: Pick<Context, 'store'>, id: string): TransferRow {
  const transfer = store.get('transfer', id);
  if (transfer === undefined) throw resourceMissing('transfer', id);
  return transfer;
}

/** Money to a connected account; it is there at once. */
function create(context: Context, params: CreateParams): TransferRow {
  const { store, now, settings } = context;
  const { amount, currency, destination } = params;
  if (!accountExists(context, destination)) throw resourceMissing('destination', destination, 'destination');
  const fate = transferFate(destination);
  if (fate === 'refused') {
    throw refused(
      'insufficient_capabilities_for_transfer',
      'Your destination account needs to have at least one of the following capabilities enabled: transfers',
      'destination',
    );
  }
  requireAvailable(context, currency, amount);
  const id = newId(context, 'tr');
  const description = params.description ?? null;
  const moved = moveMoney(context, { type: 'transfer', amount: -amount, currency, source: id, description });
  const transfer = store.put('transfer', {
    id,
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: moved.id,
    created: seconds(now),
    currency,
    description,
    destination,
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    reversed: false,
    source_transaction: params.source_transaction ?? null,
    transfer_group: params.transfer_group ?? null,
  });
  const { metadata } = transfer;
  recordEffect(context, {
    ...{ id, kind: 'transfer', amount, currency },
    transferGroup: transfer.transfer_group,
    metadata,
  });
  emitEvent(context, 'transfer.created', transfer);
  if (fate === 'returned') context.schedule('reverse_transfer', id, now + settings.returnMs);
  return transfer;
}

interface ReversalParams {
  readonly amount?: number;
  readonly metadata?: Metadata;
}

/** Takes a transfer back, wholly or in part. Throws when more is asked for than is left. */
export function reverseTransfer(context: Context, params: ReversalParams, id: string): TransferReversalRow {
  const { store, now } = context;
  const transfer = transferOf(context, id);
  const { currency } = transfer;
  const left = transfer.amount - transfer.amount_reversed;
  const amount = params.amount ?? left;
  if (amount > left || left === 0) {
    throw invalidParam(
      'amount_too_large',
      `Transfer reversal amount (${amount}) is greater than what is left (${left}).`,
      'amount',
    );
  }
  const reversalId = newId(context, 'trr');
  const moved = moveMoney(context, { type: 'transfer_refund', amount, currency, source: reversalId });
  const reversal = store.put('transfer_reversal', {
    id: reversalId,
    object: 'transfer_reversal',
    amount,
    balance_transaction: moved.id,
    created: seconds(now),
    currency,
    metadata: mergeMetadata({}, params.metadata),
    transfer: id,
  });
  const reversed = store.put('transfer', {
    ...transfer,
    amount_reversed: transfer.amount_reversed + amount,
    reversed: amount === left,
  });
  emitEvent(context, 'transfer.reversed', reversed);
  return reversal;
}

const only = v1Params({ expand: expandParam });

export const transferRoutes: readonly Route[] = [
  route('transfers.create', 'POST /v1/transfers', createParams, create),
  route(
    'transfers.create_reversal',
    'POST /v1/transfers/*/reversals',
    v1Params<ReversalParams>({
      amount: amountParam,
      description: Joi.string(),
      expand: expandParam,
      metadata: metadataParam,
    }),
    reverseTransfer,
  ),
  route(
    'transfers.list_reversals',
    'GET /v1/transfers/*/reversals',
    v1Params<PageParams>(pageKeys),
    (context, params, id) =>
      listV1(context, `/v1/transfers/${id}/reversals`, 'transfer_reversal', params, {
        index: 'transfer',
        key: transferOf(context, id).id,
      }),
  ),
  route('transfers.retrieve', 'GET /v1/transfers/*', only, (context, _params, id) => transferOf(context, id)),
  route(
    'transfers.list',
    'GET /v1/transfers',
    v1Params<PageParams & { transfer_group?: string; destination?: string }>({
      ...pageKeys,
      transfer_group: Joi.string(),
      destination: Joi.string(),
    }),
    (context, params) =>
      listV1(context, '/v1/transfers', 'transfer', params, {
        ...(params.destination !== undefined && { index: 'destination', key: params.destination }),
        ...(params.transfer_group !== undefined && { index: 'transfer_group', key: params.transfer_group }),
        keep: ({ destination }) => params.destination === undefined || destination === params.destination,
      }),
  ),
];
