import Joi from 'joi';
import { Refusal } from '../../../programs/refusal.ts';
import type { Actor } from '../../actor.ts';
import { pageReply } from '../paginate.ts';
import { route } from '../route.ts';
import type { AnyRoute } from '../route.ts';

/** Tokens of `probeActors`. */
export const PROBE = { platform: 'psk_test_platform', bare: 'psk_test_bare', worker: 'wkt_worker' } as const;

export const probeActors: Readonly<Record<string, Actor>> = {
  [PROBE.platform]: {
    kind: 'platform',
    platformId: 'plt_1',
    keyId: 'key_1',
    scopes: new Set(['workers:write']),
    sources: [],
  },
  [PROBE.bare]: { kind: 'platform', platformId: 'plt_1', keyId: 'key_2', scopes: new Set(), sources: [] },
  [PROBE.worker]: { kind: 'worker', workerId: 'wrk_1', platformId: 'plt_1', tokenId: 'tok_1' },
};

const common = { tag: 'Probe', tenant: 'Test.', responses: { 200: { description: 'Yes.' } } } as const;

/** A route for each thing that the server does around handlers. */
export const probeRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'post',
    path: '/v1/things',
    operationId: 'postThing',
    summary: 'Echoes',
    allow: ['platform'],
    scope: 'workers:write',
    idempotency: 'harmless',
    body: Joi.object<{ name: string; secret?: string }>({
      name: Joi.string(),
      secret: Joi.string().optional(),
    }).unknown(),
    handle: async (_services, { body, actor }) => ({ status: 200, json: { body, platform: actor.platformId } }),
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/keyed',
    operationId: 'postKeyed',
    summary: 'Needs a key',
    allow: ['platform'],
    idempotency: 'required',
    handle: async (_services, { idempotencyKey }) => ({ status: 201, json: { idempotencyKey } }),
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/things/{id}',
    operationId: 'getThing',
    summary: 'One',
    allow: ['public', 'platform'],
    params: Joi.object<{ id: string }>({ id: Joi.string().max(20) }),
    handle: async (_services, { params, actor }) => ({
      status: 200,
      headers: { ETag: '"v1"', 'cache-control': 'private' },
      json: { id: params.id, actor: actor.kind },
    }),
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/things/{id}.csv',
    operationId: 'getThingCsv',
    summary: 'Many lines',
    allow: ['public'],
    params: Joi.object<{ id: string }>({ id: Joi.string() }),
    handle: async (_services, { params }) => ({
      status: 200,
      stream: { type: 'text/csv; charset=utf-8', chunks: lines(params.id) },
    }),
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/things',
    operationId: 'listThings',
    summary: 'A page',
    allow: ['public'],
    ratePerMinute: 3,
    query: Joi.object<{ limit: number }>({ limit: Joi.number().integer().min(1) }),
    handle: async (_services, { query }) =>
      pageReply(
        ['a', 'b'],
        query.limit,
        (item) => [item],
        (item) => item,
      ),
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/bug',
    operationId: 'getBug',
    summary: 'Breaks',
    allow: ['public'],
    handle: async () => {
      throw new Error('password=hunter2');
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/away',
    operationId: 'getAway',
    summary: 'Has no database',
    allow: ['public'],
    handle: async () => {
      throw new Refusal('unavailable', 'queue_full', 'Full.', { retryAfterSeconds: 7 });
    },
  }),
];

async function* lines(id: string): AsyncGenerator<string> {
  if (id === 'none') throw new Refusal('not_found', 'statement_not_found', 'No.');
  yield 'a,b\n';
  if (id === 'broken') throw new Error('half way');
  for (let i = 0; i < 3; i++) yield `${i},${id}\n`;
}
