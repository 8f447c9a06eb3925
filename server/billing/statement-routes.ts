import Joi from 'joi';
import { checkRange } from '../http/check-range.ts';
import { csvReply } from '../http/csv-reply.ts';
import { decodeCursor, nextCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, identifier, localDay, pageLimit } from '../http/validate.ts';
import { exportStatement } from './export-statement.ts';
import { listStatements } from './list-statements.ts';
import { readStatement, readStatementLines } from './read-statement.ts';
import { renderStatement, renderStatementLine, statementLineSchema, statementSchema } from './render-statement.ts';

interface ListQuery {
  policyId?: string;
  from?: string;
  to?: string;
  limit: number;
  cursor?: string;
}

const statementId = Joi.string().pattern(/^stm_[0-9a-z]{1,40}$/);
const tenant = "Only statements of the platform of the key; another platform's answers 404 like an unknown one.";
const common = { tag: 'Statements', allow: ['platform', 'operator'], scope: 'statements:read', tenant } as const;

export const statementRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'get',
    path: '/v1/statements',
    operationId: 'listStatements',
    summary: 'Premium statements, newest product day first',
    description:
      'A statement charges one product day of one policy. Closing twice changes nothing; what is reported late is a debit or credit line of the next statement of that day.',
    query: Joi.object<ListQuery>({
      policyId: identifier.optional(),
      from: localDay.optional().description('First product day.'),
      to: localDay.optional().description('Last product day, inclusive.'),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of statements.',
        schema: pageSchema(statementSchema),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { actor, query }) {
      const { policyId, from, to, limit } = query;
      checkRange(query);
      const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['string', 'string']);
      const statements = await listStatements(services, { actor, policyId, from, to, limit, after });
      return pageReply(statements, limit, ({ productDay, _id }) => [productDay, _id], renderStatement);
    },
  }),
  // Before `/{id}`, whose pattern would take `stm_....csv` for an id.
  route({
    ...common,
    method: 'get',
    path: '/v1/statements/{id}.csv',
    operationId: 'exportStatement',
    summary: 'A statement as CSV, all of its lines',
    description: 'Amounts in minor units; cells that a spreadsheet would run as a formula are quoted.',
    params: Joi.object<{ id: string }>({ id: statementId }),
    responses: { 200: { description: 'One row for each line.', contentType: 'text/csv', schema: Joi.string() } },
    problems: ['statement_not_found'],
    async handle(services, { actor, params }) {
      const { statement, chunks } = await exportStatement(services, { actor, statementId: params.id });
      const name = `statement-${statement.productDay}-${statement._id}.csv`;
      return csvReply(name, chunks);
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/statements/{id}',
    operationId: 'getStatement',
    summary: 'A statement with a page of its lines',
    description: 'Each line leads to its cover and to the events that it was charged for.',
    params: Joi.object<{ id: string }>({ id: statementId }),
    query: Joi.object<{ limit: number; cursor?: string }>({ limit: pageLimit, cursor }),
    responses: {
      200: {
        description: 'The statement.',
        schema: Joi.object({
          statement: statementSchema,
          data: Joi.array().items(statementLineSchema).description('Lines.'),
          nextCursor,
        }),
      },
    },
    problems: ['statement_not_found', 'cursor_invalid'],
    async handle(services, { actor, params, query }) {
      const [afterLineId] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['string']);
      const statement = await readStatement(services, { actor, statementId: params.id });
      const lines = await readStatementLines(services, { statement, limit: query.limit, afterLineId });
      const page = pageReply(lines, query.limit, ({ _id }) => [_id], renderStatementLine);
      return { ...page, json: { statement: renderStatement(statement), ...asObject(page.json) } };
    },
  }),
];

const asObject = (json: unknown): object => (typeof json === 'object' && json !== null ? json : {});
