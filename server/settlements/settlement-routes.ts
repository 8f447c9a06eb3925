import Joi from 'joi';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, identifier, localMonth, pageLimit } from '../http/validate.ts';
import { listSettlements, readSettlement } from './list-settlements.ts';
import { renderSettlement, settlementSchema } from './render-settlement.ts';

interface ListQuery {
  carrierId?: string;
  month?: string;
  limit: number;
  cursor?: string;
}

const settlementId = Joi.string().pattern(/^stl_[0-9a-z]{1,40}$/);
const tenant = 'Operators only: all carriers. A carrier has no login yet; it is told by an event of its own.';
const common = { tag: 'Settlements', allow: ['operator'], scope: 'ledger:read', tenant } as const;

export const settlementRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'get',
    path: '/v1/settlements',
    operationId: 'listSettlements',
    summary: 'Settlements with carriers, newest month first',
    description:
      "A settlement closes a carrier's month in one currency: what its premium came to, what was netted with its claims float, what is paid out. Settlements are made by a job, or by the command line.",
    query: Joi.object<ListQuery>({
      carrierId: identifier.optional(),
      month: localMonth.optional(),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of settlements.',
        schema: pageSchema(settlementSchema),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { actor, query: { carrierId, month, limit, cursor: given } }) {
      const after = given === undefined ? undefined : decodeCursor(given, ['string', 'string']);
      const found = await listSettlements(services, { actor, carrierId, month, limit, after });
      return pageReply(found, limit, ({ month: of, _id }) => [of, _id], renderSettlement);
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/settlements/{id}',
    operationId: 'getSettlement',
    summary: 'A settlement',
    params: Joi.object<{ id: string }>({ id: settlementId }),
    responses: { 200: { description: 'The settlement.', schema: settlementSchema } },
    problems: ['settlement_not_found'],
    async handle(services, { actor, params }) {
      return {
        status: 200,
        json: renderSettlement(await readSettlement(services, { actor, settlementId: params.id })),
      };
    },
  }),
];
