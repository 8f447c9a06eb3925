import Joi from 'joi';
import { isCurrency, type Money } from '../../programs/money.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { identifier } from '../http/validate.ts';
import { openTopUp } from './open-top-up.ts';
import { readDeposits, readTopUp } from './read-deposits.ts';
import { depositSchema, renderDeposit, renderTopUp, topUpSchema } from './render-deposit.ts';

interface TopUpBody {
  reference: string;
  amount: Money;
  successUrl: string;
  cancelUrl: string;
}

/** A page of the payer's: their browser is sent there, so nothing but the web. */
const pageUrl = Joi.string()
  .uri({ scheme: ['https', 'http'] })
  .max(2_000)
  .example('https://platform.example/deposits/done');

const body = Joi.object<TopUpBody>({
  reference: identifier.description('Your own key of this top-up: the same again is the same top-up.'),
  amount: Joi.object<Money>({
    amount: Joi.number().integer().min(1).max(1e12).description('Whole minor units (cents, fen).'),
    currency: Joi.string()
      .pattern(/^[A-Z]{3}$/)
      .custom((value: string, helpers) => (isCurrency(value) ? value : helpers.error('currency')))
      .messages({ currency: '{{#label}} must be a currency of ISO 4217' })
      .description('ISO 4217.'),
  }).example({ amount: 500_000, currency: 'CNY' }),
  successUrl: pageUrl.description("Where the payer's browser goes after it was paid."),
  cancelUrl: pageUrl.description("Where the payer's browser goes without paying."),
});

export const depositRoutes: readonly AnyRoute[] = [
  route({
    method: 'get',
    path: '/v1/deposits',
    operationId: 'listDeposits',
    summary: 'Your deposits, by currency',
    description:
      'Covers of prepaid policies draw on them. An empty deposit means `not_covered: deposit_empty` for new days; days that are covered stay so.',
    tag: 'Deposits',
    allow: ['platform', 'operator'],
    scope: 'invoices:read',
    tenant: 'Only deposits of the platform of the key; an operator names a platform, or sees all.',
    query: Joi.object<{ platformId?: string }>({
      platformId: identifier.optional().description('Operators only; a platform sees its own.'),
    }),
    responses: {
      200: { description: 'The deposits.', schema: Joi.object({ data: Joi.array().items(depositSchema) }) },
    },
    async handle(services, { actor, query }) {
      const deposits = await readDeposits(services, { actor, platformId: query.platformId });
      return { status: 200, json: { data: deposits.map((deposit) => renderDeposit(services, deposit)) } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/deposits/top-ups',
    operationId: 'openTopUp',
    summary: 'A payment page that fills your deposit',
    description:
      'The deposit grows when the money was paid (`deposit.topped_up`), never before; what you owe of a payment that was taken back is paid first. Sending the same again answers the same top-up.',
    tag: 'Deposits',
    allow: ['platform'],
    scope: 'deposits:write',
    tenant: 'Fills the deposit of the platform of the key only; references are its own.',
    body,
    idempotency: 'keyed',
    responses: { 200: { description: 'The top-up, with the page where it is paid.', schema: topUpSchema } },
    problems: ['top_up_reference_reused', 'top_up_refused', 'provider_unavailable', 'provider_not_configured'],
    async handle(services, { actor, body: { reference, amount, successUrl, cancelUrl } }) {
      const topUp = await openTopUp(services, {
        platformId: actor.platformId,
        reference,
        amount,
        successUrl,
        cancelUrl,
      });
      return { status: 200, json: renderTopUp(services, topUp) };
    },
  }),
  route({
    method: 'get',
    path: '/v1/deposits/top-ups/{id}',
    operationId: 'getTopUp',
    summary: 'A top-up and whether it was paid',
    tag: 'Deposits',
    allow: ['platform', 'operator'],
    scope: 'invoices:read',
    tenant: "Only top-ups of the platform of the key; another platform's answers 404 like an unknown one.",
    params: Joi.object<{ id: string }>({ id: Joi.string().pattern(/^top_[0-9a-z]{1,40}$/) }),
    responses: { 200: { description: 'The top-up.', schema: topUpSchema } },
    problems: ['top_up_not_found'],
    async handle(services, { actor, params: { id } }) {
      return { status: 200, json: renderTopUp(services, await readTopUp(services, { actor, topUpId: id })) };
    },
  }),
];
