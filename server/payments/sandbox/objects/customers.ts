import Joi from 'joi';
import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import { listV1 } from '../lists.ts';
import { expandParam, mergeMetadata, metadataParam, pageKeys, v1Params } from '../params.ts';
import type { PageParams } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { CustomerRow, Metadata } from '../rows.ts';
import { resourceMissing } from '../stripe-trouble.ts';

interface CustomerParams {
  readonly description?: string;
  readonly email?: string;
  readonly metadata?: Metadata;
  readonly name?: string;
  readonly phone?: string;
}

const customerParams = v1Params<CustomerParams>({
  description: Joi.string(),
  email: Joi.string(),
  expand: expandParam,
  metadata: metadataParam,
  name: Joi.string(),
  phone: Joi.string(),
  preferred_locales: Joi.array().items(Joi.string()),
});

/** Reads a customer that the path or a parameter names. */
export function customerOf({ store }: Pick<Context, 'store'>, id: string, param = 'id'): CustomerRow {
  const customer = store.get('customer', id);
  if (customer === undefined) throw resourceMissing('customer', id, param);
  return customer;
}

function create(context: Context, params: CustomerParams): CustomerRow {
  const customer = context.store.put('customer', {
    id: newId(context, 'cus'),
    object: 'customer',
    balance: 0,
    created: seconds(context.now),
    description: params.description ?? null,
    email: params.email ?? null,
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    name: params.name ?? null,
    phone: params.phone ?? null,
  });
  emitEvent(context, 'customer.created', customer);
  return customer;
}

function update(context: Context, params: CustomerParams, id: string): CustomerRow {
  const before = customerOf(context, id);
  const { description = before.description, email = before.email, name = before.name, phone = before.phone } = params;
  const metadata = mergeMetadata(before.metadata, params.metadata);
  const customer = context.store.put('customer', { ...before, description, email, name, phone, metadata });
  emitEvent(context, 'customer.updated', customer);
  return customer;
}

export const customerRoutes: readonly Route[] = [
  route('customers.create', 'POST /v1/customers', customerParams, create),
  route('customers.update', 'POST /v1/customers/*', customerParams, update),
  route('customers.retrieve', 'GET /v1/customers/*', v1Params({ expand: expandParam }), (context, _params, id) =>
    customerOf(context, id),
  ),
  route(
    'customers.list',
    'GET /v1/customers',
    v1Params<PageParams & { email?: string }>({ ...pageKeys, email: Joi.string() }),
    (context, params) =>
      listV1(context, '/v1/customers', 'customer', params, {
        ...(params.email !== undefined && { keep: ({ email }) => email === params.email }),
      }),
  ),
];
