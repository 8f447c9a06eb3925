import Joi from 'joi';
import { parseInstant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import { compileFast } from '../http/compile-fast.ts';
import { externalIdProblem } from '../workers/worker-id.ts';
import type { IncomingEvent } from './shift-intake.ts';
import type { ShiftEventType } from '../../programs/cover/cover-facts.ts';

/** G5: the CloudEvents types we take, and what they are called inside. */
const TYPES = new Map<string, ShiftEventType>([
  ['com.parasol.shift.started.v1', 'shift.started'],
  ['com.parasol.shift.ended.v1', 'shift.ended'],
  ['com.parasol.shift.cancelled.v1', 'shift.cancelled'],
  ['com.parasol.order.accepted.v1', 'order.accepted'],
  ['com.parasol.order.completed.v1', 'order.completed'],
]);

export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject?: string;
  time: string;
  datacontenttype?: string;
  dataschema?: string;
  data: {
    workerId: string;
    shiftId: string;
    orderId?: string;
    policyId?: string;
    occupationClass: string;
    territory: string;
    declaredAge?: number;
  };
}

/** Half a surrogate pair is no text: it has no UTF-8, so it could not be stored as it was sent. */
const text = (max: number) =>
  Joi.string()
    .min(1)
    .max(max)
    .custom((value: string, helpers) => (value.isWellFormed() ? value : helpers.error('wellFormed')))
    .messages({ wellFormed: '{{#label}} must be well-formed Unicode' })
    .required();

/** Stays text, so that the compiled fast path and Joi give the same value. */
const instantText = Joi.string()
  .custom((value: string, helpers) => (parseInstant(value) === undefined ? helpers.error('instant') : value))
  .messages({ instant: '{{#label}} must be an ISO-8601 date and time with an offset, like 2026-03-01T08:00:00Z' })
  .example('2026-03-01T08:00:00Z')
  .meta({ jsonSchema: { format: 'date-time' } })
  .required();

/** Names of extension attributes. JSON Schema applies a pattern to every key, so the event's own are left out of it. */
const EXTENSION = /^(?!(?:specversion|id|source|type|subject|time|datacontenttype|dataschema|data)$)[a-z0-9]{1,40}$/;

/** One CloudEvents 1.0 event in JSON format. Extension attributes are allowed and not looked at (G3). */
export const cloudEventSchema = Joi.object<CloudEvent>({
  specversion: Joi.string().valid('1.0').required(),
  id: text(200).description('Unique within the source; source and id are the idempotency key for ever.'),
  source: text(300).description('One of the sources registered for your platform.'),
  type: Joi.string()
    .valid(...TYPES.keys())
    .required(),
  subject: text(300).optional(),
  time: instantText.description('When it happened; an offset is required.'),
  datacontenttype: Joi.string().valid('application/json').optional(),
  dataschema: text(300).optional(),
  data: Joi.object({
    workerId: text(128).description('Your own id for the worker; never a national id or a phone.'),
    shiftId: text(128).description('Your id for the shift.'),
    orderId: text(128).optional().description('Required for order events.'),
    policyId: text(64).optional().description('Required when several policies match.'),
    occupationClass: text(64),
    territory: text(64),
    declaredAge: Joi.number().integer().min(0).max(150).optional(),
  }).required(),
})
  .pattern(EXTENSION, Joi.alternatives(Joi.string().max(2000).allow(''), Joi.number(), Joi.boolean()))
  .meta({ title: 'CloudEvent' });

/** What the JSON Schema cannot say. */
function isWhole({ id, source, subject = '', time, dataschema = '', data }: CloudEvent): boolean {
  const texts = [
    id,
    source,
    subject,
    dataschema,
    data.workerId,
    data.shiftId,
    data.orderId ?? '',
    data.policyId ?? '',
    data.occupationClass,
    data.territory,
  ];
  return parseInstant(time) !== undefined && texts.every((value) => value.isWellFormed());
}

const check = compileFast(cloudEventSchema, isWhole);

/** Names of the platform's sources, and the event as sent. Throws a `Refusal` with pointers; nothing is stored (G6). */
export function parseCloudEvent(raw: unknown, sources: readonly string[]): IncomingEvent {
  const event = check(raw);
  const type = TYPES.get(event.type);
  const time = parseInstant(event.time);
  if (!type || time === undefined) throw new Error('The schema let an impossible event through.');
  if (!sources.includes(event.source)) {
    throw new Refusal('forbidden', 'source_not_yours', 'The source is not registered for your platform.', {
      details: [{ pointer: '/source', message: `must be one of the platform's sources: ${sources.join(', ')}` }],
    });
  }
  const problem = externalIdProblem(event.data.workerId);
  if (problem) {
    throw new Refusal('invalid', 'invalid_body', 'The worker id cannot be used.', {
      details: [{ pointer: '/data/workerId', message: problem }],
    });
  }
  if (type.startsWith('order.') && event.data.orderId === undefined) {
    throw new Refusal('invalid', 'invalid_body', 'An order event needs its order id.', {
      details: [{ pointer: '/data/orderId', message: 'is required for order events' }],
    });
  }
  const { id, source, subject, data } = event;
  return { id, source, type, time, data, ...(subject !== undefined && { subject }) };
}
