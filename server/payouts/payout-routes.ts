import Joi from 'joi';
import { PAYOUT_STATES, type PayoutState } from '../../programs/payouts/payout-states.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute, type Reply } from '../http/route.ts';
import { cursor, identifier, pageLimit } from '../http/validate.ts';
import type { Services } from '../services.ts';
import { approvePayout, giveUpPayout } from './approve-payout.ts';
import { createPayout } from './create-payout.ts';
import { listPayouts, showPayout } from './list-payouts.ts';
import { openPayouts } from './open-payouts.ts';
import { createPayoutSchema } from './payout-body.ts';
import { payoutSchema, renderPayout } from './render-payout.ts';
import { releaseReturned, retryPayout } from './retry-payout.ts';

interface ListQuery {
  state?: PayoutState;
  payeeId?: string;
  claimId?: string;
  limit: number;
  cursor?: string;
}

const params = Joi.object<{ id: string }>({ id: Joi.string().pattern(/^pyo_[0-9a-z]{1,40}$/) });
const common = {
  tag: 'Payouts',
  allow: ['operator'],
  tenant: 'For operators of Parasol only; no platform sees payouts (C9).',
} as const;
const answers = { 200: { description: 'The payout as it is now.', schema: payoutSchema } };

async function reply(services: Services, payout: Payout | string, status = 200): Promise<Reply> {
  return { status, json: renderPayout(services, await showPayout(services, payout)) };
}

export const payoutRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts',
    operationId: 'createPayout',
    summary: 'Decides a payout and reserves its money',
    description:
      'The business key is the idempotency key, for ever: the same key and content answers the same payout. Where money lacks, the payout is kept as `awaiting_funds` and paid in its turn.',
    scope: 'payouts:write',
    idempotency: 'keyed',
    body: createPayoutSchema,
    responses: {
      200: { description: 'It was decided before: the payout as it is now.', schema: payoutSchema },
      201: { description: 'Decided.', schema: payoutSchema },
    },
    problems: [
      'payee_not_found',
      'payout_key_reused',
      'payout_amount_invalid',
      'payout_lines_differ',
      'funding_account_refused',
      'payouts_contended',
    ],
    async handle(services, { actor, body }) {
      const { payout, created } = await createPayout(openPayouts(services), { actor, ...body });
      const answer = await reply(services, payout, created ? 201 : 200);
      return { ...answer, headers: { Location: `/v1/payouts/${payout.id}` } };
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/payouts',
    operationId: 'listPayouts',
    summary: 'Payouts, latest decision first',
    scope: 'payouts:read',
    query: Joi.object<ListQuery>({
      state: Joi.string()
        .valid(...Object.keys(PAYOUT_STATES))
        .optional(),
      payeeId: identifier.optional(),
      claimId: identifier.optional(),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of payouts.',
        schema: pageSchema(payoutSchema),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { query }) {
      const { state, payeeId, claimId, limit } = query;
      const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['number', 'string']);
      const found = await listPayouts(services, { state, payeeId, claimId, limit, after });
      return pageReply(
        found,
        limit,
        ({ payout }) => [payout.decidedAt, payout.id],
        (shown) => renderPayout(services, shown),
      );
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/payouts/{id}',
    operationId: 'getPayout',
    summary: 'A payout with its attempts, approvals and timeline',
    scope: 'payouts:read',
    params,
    responses: { 200: { description: 'The payout.', schema: payoutSchema } },
    problems: ['payout_not_found'],
    handle: (services, { params: { id } }) => reply(services, id),
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts/{id}/approve',
    operationId: 'approvePayout',
    summary: "One person's approval",
    description:
      'Binds exactly the lines, payee and amount that `approvals.binding` stands for; persons are counted, not keys, and none of them created or assessed it or set the account (M8). Approving twice counts once.',
    scope: 'payouts:approve',
    idempotency: 'harmless',
    params,
    body: Joi.object<{ binding: string }>({ binding: Joi.string().max(100) }),
    responses: answers,
    problems: ['payout_not_found', 'payout_changed', 'approver_refused', 'payout_not_awaiting_approval'],
    async handle(services, { actor, params: { id }, body: { binding } }) {
      return reply(services, await approvePayout(openPayouts(services), { actor, payoutId: id, binding }));
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts/{id}/void',
    operationId: 'voidPayout',
    summary: 'Gives a payout up, or says no to it',
    description:
      'Only while its money certainly did not leave; the reservation is released. Doing it again changes nothing.',
    scope: 'payouts:write',
    idempotency: 'harmless',
    params,
    body: Joi.object<{ reason: string }>({ reason: Joi.string().min(1).max(200) }),
    responses: answers,
    problems: ['payout_not_found', 'payout_not_voidable'],
    async handle(services, { actor, params: { id }, body: { reason } }) {
      return reply(services, await giveUpPayout(openPayouts(services), { actor, payoutId: id, reason }));
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts/{id}/retry',
    operationId: 'retryPayout',
    summary: 'Tries again after a certain failure or a return',
    description:
      'After a failure the same payout makes its next attempt; after a return a new, linked payout is answered, paid from what is held for its person (M7).',
    scope: 'payouts:write',
    idempotency: 'harmless',
    params,
    responses: answers,
    problems: [
      'payout_not_found',
      'payee_not_found',
      'payout_not_retryable',
      'payee_unchanged',
      'payout_attempts_used',
      'payouts_contended',
    ],
    async handle(services, { actor, params: { id } }) {
      return reply(services, await retryPayout(openPayouts(services), { actor, payoutId: id }));
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payouts/{id}/release',
    operationId: 'releasePayout',
    summary: 'Gives what came back to the account that paid it',
    description: 'When nobody is to be paid any more. Doing it again changes nothing.',
    scope: 'payouts:approve',
    idempotency: 'harmless',
    params,
    responses: answers,
    problems: ['payout_not_found', 'payout_not_retryable'],
    async handle(services, { actor, params: { id } }) {
      return reply(services, await releaseReturned(openPayouts(services), { actor, payoutId: id }));
    },
  }),
];
