import Joi from 'joi';
import { EVENT_SCHEMAS } from './event-schemas.ts';
import type { EventDocument } from './event-model.ts';
import { EVENT_TYPES, type EventType } from './event-types.ts';

const TYPES = Object.keys(EVENT_TYPES).filter((type): type is EventType => Object.hasOwn(EVENT_TYPES, type));

/** Every type of event, as a filter may name it. */
export const eventType = Joi.string()
  .valid(...TYPES)
  .description('A type of event.');

const instant = Joi.string().meta({ jsonSchema: { format: 'date-time' } });

const envelope = (type: EventType) =>
  Joi.object({
    id: Joi.string().description('Also the `webhook-id`: the same event has the same id, however often it comes.'),
    type: Joi.string().valid(type),
    aggregateId: Joi.string().description('What it is about.'),
    sequence: Joi.number()
      .integer()
      .description('Counts the events of one aggregate from 1: what came in the wrong order is put right by it.'),
    audience: Joi.string().description('Whom it is told: `platform:<id>`, `carrier:<id>` or `operators`.'),
    occurredAt: instant.description('When it happened.'),
    recordedAt: instant.description('When we wrote it down.'),
    publishedAt: instant
      .allow(null)
      .description('When it got its place in the log; never decreases along it. Null: it has none yet.'),
    data: EVENT_SCHEMAS[type],
  })
    .meta({ title: type })
    .description(EVENT_TYPES[type].what);

/** An event of whatever type. */
export const eventSchema = Joi.alternatives(...TYPES.map(envelope));

export const eventExample = {
  id: 'evt_6m2c0w9zq5p3k18hr4tj7vbxae',
  type: 'shift.clipped',
  aggregateId: 'clipped:plt_example/wrk_1/shift-17/1772323200000',
  sequence: 1,
  audience: 'platform:plt_example',
  occurredAt: '2026-03-01T16:00:00.000Z',
  recordedAt: '2026-03-01T16:40:00.000Z',
  publishedAt: '2026-03-01T16:40:00.412Z',
  data: {
    workerId: 'wrk_1',
    shiftId: 'shift-17',
    policyId: 'pol_example',
    coverId: '2026-03-01:c0ffee:wrk_1:pol_example',
    productDay: '2026-03-01',
    startedAt: '2026-03-01T00:00:00.000Z',
    clippedAt: '2026-03-01T16:00:00.000Z',
  },
};

/**
 * An event as everybody outside gets it, by the API and by webhooks alike. Of its data only what is documented for its
 * type goes out, whatever was stored (C9).
 */
export function renderEvent(event: EventDocument) {
  return {
    id: event._id,
    type: event.type,
    aggregateId: event.aggregateId,
    sequence: event.sequence,
    audience: event.audienceKey,
    occurredAt: event.occurredAt.toISOString(),
    recordedAt: event.recordedAt.toISOString(),
    publishedAt: event.publishedAt?.toISOString() ?? null,
    data: documented(event),
  };
}

/** A field that is missing or of another form is a fault of who wrote it, and no reason to tell nothing. */
function documented({ type, data }: EventDocument): unknown {
  const sieve = { stripUnknown: true, convert: false, abortEarly: false } as const;
  const result: Joi.ValidationResult<unknown> = EVENT_SCHEMAS[type].validate(data, sieve);
  return result.value;
}
