import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import { checkIfMatch, isUnchanged } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, localDay, pageLimit } from '../http/validate.ts';
import { getWorker } from './get-worker.ts';
import { listWorkers } from './list-workers.ts';
import { mintWorkerToken, WORKER_TOKEN_TTL_SECONDS, WORKER_TOKEN_TTL_SECONDS_MAX } from './mint-worker-token.ts';
import { putWorker, type WorkerChange } from './put-worker.ts';
import { renderWorker, workerEtag, workerExample, workerView } from './render-worker.ts';
import { EXTERNAL_ID_LENGTH_MAX, UNPRINTABLE } from './worker-id.ts';

const tag = 'Workers';
const idText = Joi.string().min(1).max(EXTERNAL_ID_LENGTH_MAX);
const nothing = { description: 'Nothing changed since the ETag in If-None-Match.' };
const notFound = { description: 'Unknown, or not yours to see: the two are not told apart.' };

const put = route({
  method: 'put',
  path: '/v1/workers/{externalId}',
  operationId: 'putWorker',
  summary: 'Register or change a worker',
  description:
    'Optional: the first shift event registers a worker by itself. A field that is absent stays as it is, null removes it. ' +
    'Names, phones and national ids are kept encrypted and come back masked or not at all. The answer is the same whether ' +
    'the national id is known to us or not.',
  tag,
  allow: ['platform'],
  scope: 'workers:write',
  tenant: "The worker's id is made from the key's platform and the external id: only its own can be meant.",
  params: Joi.object<{ externalId: string }>({
    externalId: idText
      .description('Your own id for the worker; never a phone number or a national id.')
      .example('rider-17'),
  }),
  body: Joi.object<WorkerChange>({
    birthOn: localDay.allow(null).optional(),
    name: Joi.string()
      .trim()
      .min(1)
      .max(100)
      .custom((name: string, helpers) => (UNPRINTABLE.test(name) ? helpers.error('unprintable') : name))
      .messages({ unprintable: '{{#label}} must not hold line breaks, control characters or broken Unicode' })
      .allow(null)
      .optional(),
    phone: Joi.string()
      .pattern(/^\+?\d(?:[ ()-]{0,2}\d){4,19}$/)
      .messages({
        'string.pattern.base':
          '{{#label}} must be 5 to 20 digits, with + in front and spaces, dashes or brackets between them if you like',
      })
      .allow(null)
      .optional(),
    nationalId: Joi.string().min(4).max(64).allow(null).optional(),
  }).example({ birthOn: '1995-04-01', name: '王小明', phone: '+86 138 0013 8008', nationalId: '11010519491231002X' }),
  responses: {
    200: { description: 'Changed, or already so; ETag names the version.', schema: workerView, example: workerExample },
    201: { description: 'Registered.', schema: workerView, example: workerExample },
  },
  problems: ['external_id_refused', 'national_id_invalid', 'birth_on_invalid', 'version_moved'],
  async handle(services, { actor, params, body, headers }) {
    const { worker, profile, created } = await putWorker(services, {
      actor,
      externalId: params.externalId,
      change: body,
      checkVersion: (etag) => checkIfMatch(headers, etag),
    });
    const location = created ? { Location: `/v1/workers/${worker._id}` } : {};
    return {
      status: created ? 201 : 200,
      headers: { ETag: workerEtag(worker), ...location },
      json: renderWorker(worker, profile),
    };
  },
});

const get = route({
  method: 'get',
  path: '/v1/workers/{externalId}',
  operationId: 'getWorker',
  summary: 'A worker',
  tag,
  allow: ['platform', 'worker', 'person', 'operator'],
  scope: 'workers:read',
  tenant: "A platform: its own workers; a worker's token: that worker; a person's token: the person's proved workers.",
  params: Joi.object<{ externalId: string }>({
    externalId: idText
      .description('Your own id for the worker, or ours (`wrk_...`); `me` with a token.')
      .example('rider-17'),
  }),
  responses: {
    200: { description: 'The worker; ETag names the version.', schema: workerView, example: workerExample },
    304: nothing,
    404: notFound,
  },
  problems: ['worker_not_found'],
  async handle(services, { actor, params, headers }) {
    const { worker, profile } = await getWorker(services, actor, params.externalId);
    const etag = workerEtag(worker);
    if (isUnchanged(headers, etag)) return { status: 304, headers: { ETag: etag } };
    return { status: 200, headers: { ETag: etag }, json: renderWorker(worker, profile) };
  },
});

const list = route({
  method: 'get',
  path: '/v1/workers',
  operationId: 'listWorkers',
  summary: 'Your workers, by external id',
  tag,
  allow: ['platform'],
  scope: 'workers:read',
  tenant: "Every query filters by the key's platform.",
  query: Joi.object<{ externalId?: string; limit: number; cursor?: string }>({
    externalId: idText.optional().description('Only external ids that begin so.').example('rider-'),
    limit: pageLimit,
    cursor,
  }),
  responses: {
    200: {
      description: 'A page of workers, in the order of their external ids.',
      schema: pageSchema(workerView),
      example: { data: [workerExample], nextCursor: null },
    },
  },
  problems: ['cursor_invalid'],
  async handle(services, { actor, query }) {
    const { externalId: prefix, limit } = query;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['string'])[0];
    const found = await listWorkers(services, {
      actor,
      limit,
      ...(prefix === undefined ? {} : { prefix }),
      ...(after === undefined ? {} : { after }),
    });
    return pageReply(
      found,
      limit,
      ({ worker }) => [worker.externalId],
      ({ worker, profile }) => renderWorker(worker, profile),
    );
  },
});

const mint = route({
  method: 'post',
  path: '/v1/workers/{id}/tokens',
  operationId: 'createWorkerToken',
  summary: 'A token for a worker',
  description:
    "For your worker's phone: it reads that worker's covers under your policies and nothing else, and can grant nothing.",
  tag,
  allow: ['platform'],
  scope: 'workers:write',
  tenant: "Only for the platform's own workers; the token is bound to the worker and the platform.",
  params: Joi.object<{ id: string }>({
    id: idText.description('Your own id for the worker, or ours.').example('rider-17'),
  }),
  body: Joi.object<{ ttlSeconds?: number }>({
    ttlSeconds: Joi.number()
      .integer()
      .min(60)
      .max(WORKER_TOKEN_TTL_SECONDS_MAX)
      .optional()
      .description(`How long it lives; default ${WORKER_TOKEN_TTL_SECONDS} (24 hours), at most 30 days.`),
  }).example({ ttlSeconds: WORKER_TOKEN_TTL_SECONDS }),
  idempotency: 'required',
  responses: {
    201: {
      description: 'The token. It is shown this once; the same Idempotency-Key shows it again for 30 days.',
      schema: Joi.object({
        token: Joi.string(),
        tokenId: Joi.string(),
        workerId: Joi.string(),
        expiresAt: Joi.string(),
      }),
      example: {
        token: 'wkt_8m2v...',
        tokenId: 'tok_01kb2xw4ze7f9gq5d3r8s6h0nt',
        workerId: workerExample.id,
        expiresAt: '2026-03-02T08:00:00.000Z',
      },
    },
    404: notFound,
  },
  problems: ['worker_not_found'],
  async handle(services, request) {
    const { actor, params, body } = request;
    return once(services, request, 'createWorkerToken', async (session) => {
      const minted = await mintWorkerToken(services, { actor, idOrExternalId: params.id, ...body }, session);
      return { status: 201, json: { ...minted, expiresAt: formatInstant(minted.expiresAt) } };
    });
  },
});

export const workerRoutes: readonly AnyRoute[] = [put, get, list, mint];
