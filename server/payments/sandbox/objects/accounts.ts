import Joi from 'joi';
import { newId, rfc3339 } from '../context.ts';
import type { Context } from '../context.ts';
import { listV2 } from '../lists.ts';
import type { PageV2 } from '../lists.ts';
import { expandParam, mergeMetadata, metadataParam, v1Params, v2Params } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { AccountRow, Metadata } from '../rows.ts';
import { notFoundV2, StripeTrouble } from '../stripe-trouble.ts';
import { MAGIC_ACCOUNTS } from './magic.ts';

interface CreateParams {
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly contact_email?: string;
  readonly dashboard?: string;
  readonly display_name?: string;
  readonly identity?: { readonly country?: string; readonly entity_type?: string };
  readonly metadata?: Metadata;
}

/** The person behind a recipient is Stripe's to check; the sandbox only keeps country and type. */
const createParams = v2Params<CreateParams>({
  configuration: Joi.object({
    customer: Joi.object().unknown(),
    merchant: Joi.object().unknown(),
    recipient: Joi.object().unknown(),
  }),
  contact_email: Joi.string(),
  contact_phone: Joi.string(),
  dashboard: Joi.string().valid('express', 'full', 'none'),
  defaults: Joi.object().unknown(),
  display_name: Joi.string(),
  identity: Joi.object({
    country: Joi.string().length(2),
    entity_type: Joi.string().valid('company', 'government_entity', 'individual', 'non_profit'),
    attestations: Joi.object().unknown(),
    business_details: Joi.object().unknown(),
    individual: Joi.object().unknown(),
  }),
  include: Joi.array().items(Joi.string()),
  metadata: metadataParam,
});

export function accountExists({ store }: Pick<Context, 'store'>, id: string): boolean {
  return Object.hasOwn(MAGIC_ACCOUNTS, id) || store.get('account', id)?.closed === false;
}

/** v2. Throws when there is none. */
export function accountOf({ store }: Pick<Context, 'store'>, id: string): AccountRow {
  const account = store.get('account', id);
  if (account === undefined) throw notFoundV2('account', id);
  return account;
}

function create(context: Context, params: CreateParams): AccountRow {
  return context.store.put('account', {
    id: newId(context, 'acct'),
    object: 'v2.core.account',
    applied_configurations: Object.keys(params.configuration ?? {}),
    closed: false,
    contact_email: params.contact_email ?? null,
    created: rfc3339(context.now),
    dashboard: params.dashboard ?? null,
    display_name: params.display_name ?? null,
    identity: {
      country: params.identity?.country ?? 'cn',
      entity_type: params.identity?.entity_type ?? null,
    },
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
  });
}

/** v1 shows an account of v2 in its own form. */
function renderV1(context: Pick<Context, 'store'>, id: string): object {
  const account = context.store.get('account', id);
  if (!accountExists(context, id)) {
    // Stripe does not tell an unknown account from a foreign one.
    const message = `The provided key does not have access to account '${id}' (or that account does not exist).`;
    throw new StripeTrouble(403, { type: 'invalid_request_error', code: 'account_invalid', message }, false);
  }
  return {
    id,
    object: 'account',
    charges_enabled: false,
    country: (account?.identity.country ?? 'cn').toUpperCase(),
    created: Math.floor(Date.parse(account?.created ?? '2026-01-01T00:00:00Z') / 1_000),
    default_currency: 'cny',
    details_submitted: true,
    email: account?.contact_email ?? null,
    metadata: account?.metadata ?? {},
    payouts_enabled: true,
    type: 'none',
  };
}

export const accountRoutes: readonly Route[] = [
  route('accounts.retrieve', 'GET /v1/accounts/*', v1Params({ expand: expandParam }), (context, _params, id) =>
    renderV1(context, id),
  ),
  route('v2_accounts.create', 'POST /v2/core/accounts', createParams, create),
  route('v2_accounts.retrieve', 'GET /v2/core/accounts/*', v2Params({}, 'ignored'), (context, _params, id) =>
    accountOf(context, id),
  ),
  route('v2_accounts.close', 'POST /v2/core/accounts/*/close', v2Params({}, 'ignored'), (context, _params, id) =>
    context.store.put('account', { ...accountOf(context, id), closed: true }),
  ),
  route(
    'v2_accounts.list',
    'GET /v2/core/accounts',
    v2Params<PageV2>({ limit: Joi.string(), page: Joi.string() }),
    (context, params) => listV2(context, '/v2/core/accounts', 'account', params),
  ),
];
