import Joi from 'joi';
import { csvReply } from '../http/csv-reply.ts';
import { decodeCursor, encodeCursor, nextCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, identifier, localMonth, pageLimit } from '../http/validate.ts';
import type { BordereauLineDocument } from './bordereau-model.ts';
import { exportBordereau } from './export-bordereau.ts';
import { listBordereaux } from './list-bordereaux.ts';
import { afterLine, bordereauLinesOf, readBordereau } from './read-bordereau.ts';
import {
  bordereauHeadSchema,
  bordereauLineSchema,
  bordereauSchema,
  renderBordereau,
  renderBordereauHead,
  renderBordereauLine,
} from './render-bordereau.ts';

interface ListQuery {
  carrierId?: string;
  month?: string;
  limit: number;
  cursor?: string;
}

const bordereauId = Joi.string().pattern(/^brd_[0-9a-z]{1,40}$/);
const tenant =
  'Operators only: all carriers. A carrier has no login yet; what is meant for it is sent to it by an operator.';
const common = { tag: 'Bordereaux', allow: ['operator'], scope: 'ledger:read', tenant } as const;

export const bordereauRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'get',
    path: '/v1/bordereaux',
    operationId: 'listBordereaux',
    summary: 'Bordereaux of carriers, newest month first',
    description:
      'A bordereau holds the covers, premiums and claims of one carrier, month and currency. Corrections are lines of their own, in the month that they are booked into.',
    query: Joi.object<ListQuery>({
      carrierId: identifier.optional(),
      month: localMonth.optional(),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of bordereaux; what each comes to stands on it.',
        schema: pageSchema(bordereauHeadSchema),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { actor, query: { carrierId, month, limit, cursor: given } }) {
      const after = given === undefined ? undefined : decodeCursor(given, ['string', 'string']);
      const found = await listBordereaux(services, { actor, carrierId, month, limit, after });
      return pageReply(found, limit, ({ month: of, _id }) => [of, _id], renderBordereauHead);
    },
  }),
  // Before `/{id}`, whose pattern would take `brd_....csv` for an id.
  route({
    ...common,
    method: 'get',
    path: '/v1/bordereaux/{id}.csv',
    operationId: 'exportBordereau',
    summary: 'A bordereau as CSV, all of its lines',
    description: 'Amounts in minor units; cells that a spreadsheet would run as a formula are quoted.',
    params: Joi.object<{ id: string }>({ id: bordereauId }),
    responses: { 200: { description: 'One row for each line.', contentType: 'text/csv', schema: Joi.string() } },
    problems: ['bordereau_not_found'],
    async handle(services, { actor, params }) {
      const { bordereau, chunks } = await exportBordereau(services, { actor, bordereauId: params.id, format: 'csv' });
      const name = `bordereau-${bordereau.carrierId}-${bordereau.month}-${bordereau.currency}.csv`;
      return csvReply(name, chunks);
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/bordereaux/{id}',
    operationId: 'getBordereau',
    summary: 'A bordereau with a page of its lines',
    params: Joi.object<{ id: string }>({ id: bordereauId }),
    query: Joi.object<{ limit: number; cursor?: string }>({ limit: pageLimit, cursor }),
    responses: {
      200: {
        description: 'The bordereau.',
        schema: Joi.object({
          bordereau: bordereauSchema,
          data: Joi.array().items(bordereauLineSchema).description('Lines.'),
          nextCursor,
        }),
      },
    },
    problems: ['bordereau_not_found', 'cursor_invalid'],
    async handle(services, { actor, params, query: { limit, cursor: given } }) {
      const after = given === undefined ? undefined : decodeCursor(given, ['string', 'string', 'string', 'string']);
      const bordereau = await readBordereau(services, { actor, bordereauId: params.id });
      const lines: BordereauLineDocument[] = [];
      for await (const batch of bordereauLinesOf(services, bordereau, { after, batchSize: limit + 1 })) {
        lines.push(...batch);
        if (lines.length > limit) break;
      }
      const shown = lines.slice(0, limit);
      const last = shown.at(-1);
      const next = lines.length > limit && last ? encodeCursor(afterLine(last)) : null;
      const json = { bordereau: renderBordereau(bordereau), data: shown.map(renderBordereauLine), nextCursor: next };
      return { status: 200, json, ...(next !== null && { nextCursor: next }) };
    },
  }),
];
