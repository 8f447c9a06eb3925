import Joi from 'joi';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, identifier, pageLimit } from '../http/validate.ts';
import { openPayouts } from '../payouts/open-payouts.ts';
import { accountKeys, holderKeys } from './payee-body.ts';
import { VERIFICATION_METHODS, type VerificationMethod } from './payee-model.ts';
import { listPayees, readPayee } from './read-payees.ts';
import { payeeSchema, payeeWithHistorySchema, renderPayee, renderPayeeWithHistory } from './render-payee.ts';
import { changePayee, createPayee, type ChangePayee, type CreatePayee } from './set-payee.ts';
import { verifyPayee } from './verify-payee.ts';

type CreateBody = Omit<CreatePayee, 'actor'>;
type ChangeBody = Omit<ChangePayee, 'actor' | 'payeeId'>;

const params = Joi.object<{ id: string }>({ id: Joi.string().pattern(/^pye_[0-9a-z]{1,40}$/) });
const version = Joi.number().integer().min(1).description('The version that you saw.');
const common = {
  tag: 'Payees',
  allow: ['operator'],
  tenant: 'For operators of Parasol only; accounts are shown masked to everybody.',
} as const;
const answers = { 200: { description: 'The payee as it is now.', schema: payeeSchema } };

export const payeeRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'post',
    path: '/v1/payees',
    operationId: 'createPayee',
    summary: 'Sets where a holder is paid',
    description:
      'Holder and name are the idempotency key. The account is kept encrypted, under the key of the person where one holds it. It is not verified yet, and cools down for 24 hours where the incident came before (M9).',
    scope: 'payees:write',
    idempotency: 'keyed',
    body: Joi.object<CreateBody>({
      ...holderKeys,
      ...accountKeys,
    }),
    responses: { 201: { description: 'The payee.', schema: payeeSchema } },
    problems: ['holder_not_found', 'payee_exists'],
    async handle(services, { actor, body }) {
      const payee = await createPayee(services, { actor, ...body });
      return { status: 201, headers: { Location: `/v1/payees/${payee._id}` }, json: renderPayee(payee) };
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/payees',
    operationId: 'listPayees',
    summary: 'Payees',
    scope: 'payouts:read',
    query: Joi.object<{ holderId?: string; limit: number; cursor?: string }>({
      holderId: identifier.optional(),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of payees.',
        schema: pageSchema(payeeSchema),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { query }) {
      const [afterId] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['string']);
      const found = await listPayees(services, { holderId: query.holderId, limit: query.limit, afterId });
      return pageReply(found, query.limit, ({ _id }) => [_id], renderPayee);
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/payees/{id}',
    operationId: 'getPayee',
    summary: 'A payee with its versions, and who else is paid on the same account',
    scope: 'payouts:read',
    params,
    responses: { 200: { description: 'The payee.', schema: payeeWithHistorySchema } },
    problems: ['payee_not_found'],
    handle: async (services, { params: { id } }) => ({
      status: 200,
      json: renderPayeeWithHistory(await readPayee(services, id)),
    }),
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payees/{id}/change',
    operationId: 'changePayee',
    summary: 'Another account for a payee',
    description:
      'Makes the next version, which has to be verified; approvals of payouts that wait for it are void, and it cools down for 24 hours (M8, M9). The holder has to be told at the old contact: see `payees notices` on the command line.',
    scope: 'payees:write',
    idempotency: 'keyed',
    params,
    body: Joi.object<ChangeBody>({ version, ...accountKeys }),
    responses: answers,
    problems: ['payee_not_found', 'holder_not_found', 'version_moved'],
    async handle(services, { actor, params: { id }, body }) {
      const payee = await changePayee(services, openPayouts(services), { actor, payeeId: id, ...body });
      return { status: 200, json: renderPayee(payee) };
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/payees/{id}/verify',
    operationId: 'verifyPayee',
    summary: "Records that the account is the holder's",
    description: 'By somebody else than the person who set it. Payouts that waited for it go on.',
    scope: 'payees:write',
    idempotency: 'harmless',
    params,
    body: Joi.object<{ version: number; method: VerificationMethod }>({
      version,
      method: Joi.string().valid(...VERIFICATION_METHODS),
    }),
    responses: answers,
    problems: ['payee_not_found', 'version_moved', 'verifier_refused'],
    async handle(services, { actor, params: { id }, body }) {
      const payee = await verifyPayee(services, openPayouts(services), { actor, payeeId: id, ...body });
      return { status: 200, json: renderPayee(payee) };
    },
  }),
];
