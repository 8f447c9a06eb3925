import Joi from 'joi';
import type { Instant } from '../../programs/calendar.ts';
import { checkRange } from '../http/check-range.ts';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, instant, pageLimit } from '../http/validate.ts';
import type { EventType } from './event-types.ts';
import { listEvents } from './list-events.ts';
import { readEvent } from './read-event.ts';
import { eventExample, eventSchema, eventType, renderEvent } from './render-event.ts';

interface ListQuery {
  audience?: string;
  type?: EventType;
  aggregateId?: string;
  from?: Instant;
  to?: Instant;
  after?: string;
  order: 'asc' | 'desc';
  limit: number;
  cursor?: string;
}

export const eventId = Joi.string().pattern(/^evt_[0-9a-z]{1,40}$/);
const tenant = 'A platform gets only what is told to it, whatever it asks for; an operator gets all.';
const common = { tag: 'Events', allow: ['platform', 'operator'], scope: 'events:read', tenant } as const;

export const eventRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    method: 'get',
    path: '/v1/events',
    operationId: 'listEvents',
    summary: 'The event log: everything you were told, to be read again',
    description:
      'What webhooks deliver, in the order of the log. To follow it without webhooks, ask again with `after`: the id of the last event that you have. ' +
      'Nothing is ever put in front of an event that you have seen, so nothing is missed. An event is here about a second after its cause; `cover.not_covered` about a minute after the receipt of the start.',
    query: Joi.object<ListQuery>({
      audience: Joi.string()
        .max(128)
        .optional()
        .description(
          'For operators: only what is told to this audience, `platform:<id>`, `carrier:<id>` or `operators`.',
        ),
      type: eventType.optional().description('Only events of this type.'),
      aggregateId: Joi.string().max(1024).optional().description('Only events about this.'),
      from: instant.optional().description('Published at this instant or later.'),
      to: instant.optional().description('Published before this instant.'),
      after: eventId.optional().description('The id of an event: only what follows it.'),
      order: Joi.string()
        .valid('asc', 'desc')
        .optional()
        .default('asc')
        .description('Along the log, or back from its end.'),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of events.',
        schema: pageSchema(eventSchema),
        example: { data: [eventExample], nextCursor: null },
      },
      404: { description: '`after` names no event of yours.' },
    },
    problems: ['cursor_invalid', 'event_not_found'],
    async handle(services, { actor, query }) {
      checkRange(query);
      const [after] = query.cursor === undefined ? [query.after] : decodeCursor(query.cursor, ['string']);
      const events = await listEvents(services, { ...query, actor, after });
      return pageReply(events, query.limit, ({ _id }) => [_id], renderEvent);
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/events/{id}',
    operationId: 'getEvent',
    summary: 'An event',
    params: Joi.object<{ id: string }>({ id: eventId }),
    responses: { 200: { description: 'The event.', schema: eventSchema, example: eventExample } },
    problems: ['event_not_found'],
    async handle(services, { actor, params }) {
      return { status: 200, json: renderEvent(await readEvent(services, { actor, eventId: params.id })) };
    },
  }),
];
