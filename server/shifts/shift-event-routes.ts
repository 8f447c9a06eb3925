import Joi from 'joi';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { problemOf } from '../http/problem.ts';
import { route, type AnyRoute, type Reply, type RouteRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import { cloudEventSchema, parseCloudEvent } from './cloud-event.ts';
import { EVENT_EXAMPLE, REJECTED_EXAMPLE, RESULT_EXAMPLE, STORED_EXAMPLE } from './shift-event-examples.ts';
import { EVENT_KEY_LENGTH_MAX } from './event-key.ts';
import { readShiftEvent } from './read-shift-event.ts';
import { decisionSchema, renderResult, storedEventSchema } from './render-shift-event.ts';
import type { IncomingEvent, IntakeResult } from './shift-intake.ts';

const SINGLE = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';

type Request = RouteRequest<unknown, unknown, unknown, ActorOf<'platform'>>;
type Intake = (events: readonly IncomingEvent[], platformId: string) => Promise<readonly IntakeResult[]>;

const batchSchema = Joi.object({
  accepted: Joi.number().integer(),
  replayed: Joi.number().integer(),
  rejected: Joi.number().integer(),
  results: Joi.array().items(
    Joi.object({
      index: Joi.number().integer(),
      status: Joi.number().integer().description('What a single request with this event would have been answered.'),
      result: decisionSchema.optional(),
      problem: Joi.object().unknown().optional(),
    }),
  ),
}).meta({ title: 'BatchResult' });

/** One event or a batch, by the content type. One bad item never spoils the others; results stand in the order sent. */
async function answer(services: Services, request: Request, intake: Intake): Promise<Reply> {
  const isBatch = request.headers['content-type']?.toLowerCase().startsWith(BATCH) ?? false;
  return isBatch ? answerBatch(services, request, intake) : answerOne(request, intake);
}

async function answerOne({ actor, body }: Request, intake: Intake): Promise<Reply> {
  const [result] = await intake([parseCloudEvent(body, actor.sources)], actor.platformId);
  if (!result) throw new Error('The intake answered nothing.');
  if ('refusal' in result) throw result.refusal;
  return { status: 200, json: renderResult(result) };
}

async function answerBatch(services: Services, { actor, body, requestId }: Request, intake: Intake): Promise<Reply> {
  if (!Array.isArray(body)) {
    throw new Refusal('invalid', 'invalid_body', 'A batch is a JSON array of events.', {
      details: [{ pointer: '', message: 'must be an array' }],
    });
  }
  const items: readonly unknown[] = body;
  const { batchEventsMax } = services.config;
  if (items.length > batchEventsMax) {
    throw new Refusal('too_large', 'batch_too_large', `A batch holds at most ${batchEventsMax} events; send several.`);
  }
  const outcomes: (IncomingEvent | Refusal)[] = items.map((item) => parseOrRefusal(item, actor.sources));
  const events = outcomes.filter((outcome): outcome is IncomingEvent => !(outcome instanceof Refusal));
  const results = await intake(events, actor.platformId);
  const counts = { accepted: 0, replayed: 0, rejected: 0 };
  let next = 0;
  const rendered = outcomes.map((outcome, index) => {
    const result = outcome instanceof Refusal ? undefined : results[next++];
    if (result && !('refusal' in result)) {
      counts[result.status]++;
      return { index, status: 200, result: renderResult(result) };
    }
    counts.rejected++;
    const refusal = outcome instanceof Refusal ? outcome : result?.refusal;
    if (!refusal) throw new Error('The intake answered fewer events than it was given.');
    const problem = problemOf(refusal, requestId, services.config.publicUrl ?? '');
    return { index, status: problem.status, problem };
  });
  const status = counts.rejected === 0 ? 200 : 207;
  // Where the outcome of some is open, the whole batch may be sent again after this time (G20).
  const retryAfter = results.find((result) => result.status === 'unknown')?.refusal.retryAfterSeconds;
  return {
    status,
    ...(retryAfter !== undefined && { headers: { 'Retry-After': String(retryAfter) } }),
    json: { ...counts, results: rendered },
  };
}

function parseOrRefusal(item: unknown, sources: readonly string[]): IncomingEvent | Refusal {
  try {
    return parseCloudEvent(item, sources);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const bodyTypes = [SINGLE, BATCH];
const batchBody = Joi.array().items(cloudEventSchema).max(1_000);
const body = Joi.alternatives(cloudEventSchema, batchBody);
const bodyDocs = {
  [SINGLE]: { schema: cloudEventSchema, example: EVENT_EXAMPLE },
  [BATCH]: { schema: batchBody, example: [EVENT_EXAMPLE] },
};
const responses = {
  200: {
    description: 'Accepted, or replayed with the same answer; for a batch, all of it.',
    schema: Joi.alternatives(decisionSchema, batchSchema).match('one'),
    examples: {
      event: RESULT_EXAMPLE,
      batch: { accepted: 1, replayed: 0, rejected: 0, results: [{ index: 0, status: 200, result: RESULT_EXAMPLE }] },
    },
  },
  207: {
    description: 'A batch of which some events were rejected: each has its own status.',
    schema: batchSchema,
    example: { accepted: 0, replayed: 0, rejected: 1, results: [REJECTED_EXAMPLE] },
  },
};
const problems = [
  'event_id_reused',
  'event_too_old',
  'event_in_future',
  'too_many_reports',
  'source_not_yours',
  'batch_too_large',
];

export const shiftEventRoutes: readonly AnyRoute[] = [
  route({
    method: 'post',
    path: '/v1/shift-events',
    operationId: 'reportShiftEvents',
    summary: 'Report work: one CloudEvent, or a batch of up to 1,000',
    description:
      'Decided in the request and durable before the answer. `source` and `id` are the idempotency key for ever: the same event again gives the same answer with `replayed: true`; other content under the same key is refused. Sending everything again is always safe.',
    tag: 'Shift events',
    allow: ['platform'],
    scope: 'shift_events:write',
    tenant: 'Stores under the platform of the key; the source must be one of its own.',
    body,
    bodyTypes,
    bodyDocs,
    bodyChecked: 'by_handler',
    idempotency: 'keyed',
    responses,
    problems: [...problems, 'queue_full', 'outcome_unknown'],
    handle: (services, request) =>
      answer(services, request, (events, platformId) => services.intake.submit(events, { platformId, via: 'api' })),
  }),
  route({
    method: 'post',
    path: '/v1/shift-events/dry-run',
    operationId: 'dryRunShiftEvents',
    summary: 'What would be answered, without storing anything',
    tag: 'Shift events',
    allow: ['platform'],
    scope: 'shift_events:write',
    tenant: 'Decides with the data of the platform of the key only.',
    body,
    bodyTypes,
    bodyDocs,
    bodyChecked: 'by_handler',
    idempotency: 'harmless',
    responses,
    problems,
    handle: (services, request) =>
      answer(services, request, (events, platformId) => services.intake.dryRun(events, { platformId, via: 'api' })),
  }),
  route({
    method: 'get',
    path: '/v1/shift-events/{id}',
    operationId: 'getShiftEvent',
    summary: 'A stored event with the decision it was answered with',
    description: '`id` is the `eventId` of the answer, percent-encoded.',
    tag: 'Shift events',
    allow: ['platform', 'operator'],
    scope: 'shift_events:read',
    tenant: 'Only events of the platform of the key; any other answers 404 like an unknown one.',
    params: Joi.object<{ id: string }>({
      id: Joi.string().min(1).max(EVENT_KEY_LENGTH_MAX).example(RESULT_EXAMPLE.eventId),
    }),
    responses: { 200: { description: 'The event.', schema: storedEventSchema, example: STORED_EXAMPLE } },
    problems: ['shift_event_not_found'],
    async handle(services, { actor, params }) {
      return { status: 200, json: await readShiftEvent(services, { actor, eventId: params.id }) };
    },
  }),
];
