import Joi from 'joi';
import { coverCheckSchema, renderCoverCheck } from './render-verdict.ts';
import { coverSchema, listedCoverSchema, renderCover, renderListedCover } from './render-cover.ts';
import { checkCover } from './check-cover.ts';
import { listCovers } from './list-covers.ts';
import { readCover } from './read-cover.ts';
import { decodeCursor, nextCursor, pageReply } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, identifier, instant, localDay, pageLimit } from '../http/validate.ts';
import type { Instant } from '../../programs/calendar.ts';
import { COVER_CHECK_EXAMPLE, COVER_EXAMPLE, LISTED_COVER_EXAMPLE } from './cover-examples.ts';

const readers = ['platform', 'worker', 'person', 'operator'] as const;
const workerParams = Joi.object<{ id: string }>({
  id: identifier.description('Our id of the worker, your own id of it, or `me` with a token.'),
});

export const coverRoutes: readonly AnyRoute[] = [
  route({
    method: 'get',
    path: '/v1/workers/{id}/cover',
    operationId: 'checkCover',
    summary: 'Was, or is, this worker covered at an instant, and why',
    description:
      'Answers twice: as it was known at that instant (`asKnownThen`) and as it is known now (`asKnownNow`); with `asKnownAt` once, as it was known then. Without `at`: now.',
    tag: 'Covers',
    allow: readers,
    scope: 'covers:read',
    tenant:
      "A platform sees covers under its own policies, and with the person's consent that others hold; tokens see their own.",
    params: workerParams,
    query: Joi.object<{ at?: Instant; asKnownAt?: Instant }>({
      at: instant.optional().description('The instant asked about; default now.'),
      asKnownAt: instant.optional().description('Use only what was received by then.'),
    }),
    responses: {
      200: { description: 'The verdict.', schema: coverCheckSchema, example: COVER_CHECK_EXAMPLE },
    },
    problems: ['at_in_future', 'worker_not_found', 'too_many_events'],
    async handle(services, { actor, params, query }) {
      const check = await checkCover(services, { actor, workerId: params.id, ...query });
      return { status: 200, json: renderCoverCheck(check) };
    },
  }),
  route({
    method: 'get',
    path: '/v1/workers/{id}/covers',
    operationId: 'listCovers',
    summary: "A worker's covers by product day",
    tag: 'Covers',
    allow: readers,
    scope: 'covers:read',
    tenant:
      "A platform sees covers under its own policies, and with the person's consent that others hold; tokens see their own.",
    params: workerParams,
    query: Joi.object<{ from: string; to: string; limit: number; cursor?: string }>({
      from: localDay.description('First product day.'),
      to: localDay.description('Last product day, inclusive; at most 92 days.'),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of covers, earliest day first.',
        schema: Joi.object({
          data: Joi.array().items(listedCoverSchema),
          nextCursor,
        }).meta({ title: 'CoverPage' }),
        example: { data: [LISTED_COVER_EXAMPLE], nextCursor: null },
      },
    },
    problems: ['range_invalid', 'worker_not_found', 'cursor_invalid', 'too_many_events'],
    async handle(services, { actor, params, query: { from, to, limit, cursor: given } }) {
      const key = given === undefined ? undefined : decodeCursor(given, ['string', 'string']);
      const after = key && { productDay: key[0], coverId: key[1] };
      const covers = await listCovers(services, {
        actor,
        workerId: params.id,
        from,
        to,
        limit,
        ...(after && { after }),
      });
      return pageReply(covers, limit, ({ folded: { terms } }) => [terms.productDay, terms.coverId], renderListedCover);
    },
  }),
  route({
    method: 'get',
    path: '/v1/covers/{id}',
    operationId: 'readCover',
    summary: 'One cover: its shifts, windows, charge and events',
    tag: 'Covers',
    allow: readers,
    scope: 'covers:read',
    tenant: 'A platform sees covers under its own policies; tokens see their own. Everything else is not found.',
    params: Joi.object<{ id: string }>({ id: coverIdParam() }),
    responses: { 200: { description: 'The cover as it stands.', schema: coverSchema, example: COVER_EXAMPLE } },
    problems: ['cover_not_found', 'too_many_events'],
    async handle(services, { actor, params }) {
      return {
        status: 200,
        json: renderCover(await readCover(services, { actor, coverId: params.id, purpose: 'covers' })),
      };
    },
  }),
];

/** Longer than other ids: it holds day, worker and policy (G4). */
export function coverIdParam() {
  return Joi.string()
    .max(300)
    .pattern(/^[\w.-]+$/)
    .description('The id of a cover.')
    .example('2026-03-01.9c1f.wrk_01jz8m7q4x2v9t5b3n6k8d0e1f.pol_demo');
}
