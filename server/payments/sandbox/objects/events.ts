import Joi from 'joi';
import { listV1, listV2 } from '../lists.ts';
import type { PageV2 } from '../lists.ts';
import { pageKeys, v1Params, v2Params } from '../params.ts';
import type { PageParams } from '../params.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { notFoundV2, resourceMissing } from '../stripe-trouble.ts';

type ListParams = PageParams & { readonly type?: string; readonly types?: readonly string[] };
type ListParamsV2 = PageV2 & { readonly object_id?: string; readonly types?: readonly string[] };

/** Both versions keep their events apart; both forget them after 30 days. */
export const eventRoutes: readonly Route[] = [
  route(
    'events.list',
    'GET /v1/events',
    v1Params<ListParams>({
      ...pageKeys,
      delivery_success: Joi.boolean(),
      type: Joi.string(),
      types: Joi.array().items(Joi.string()).max(20),
    }),
    (context, { type, types, ...params }) =>
      listV1(context, '/v1/events', 'event', params, {
        ...(type === undefined ? { index: 'api', key: 'v1' } : { index: 'type', key: type }),
        keep: (event) => types === undefined || types.includes(event.type),
      }),
  ),
  route('events.retrieve', 'GET /v1/events/*', v1Params({}), ({ store }, _params, id) => {
    const event = store.get('event', id);
    if (event?.object !== 'event') throw resourceMissing('event', id);
    return event;
  }),
  route(
    'v2_events.list',
    'GET /v2/core/events',
    v2Params<ListParamsV2>({
      created: Joi.object().pattern(Joi.string().valid('gt', 'gte', 'lt', 'lte'), Joi.string()),
      limit: Joi.string(),
      object_id: Joi.string(),
      page: Joi.string(),
      types: Joi.array().items(Joi.string()),
    }),
    (context, params) =>
      listV2(context, '/v2/core/events', 'event', params, {
        ...{ index: 'api', key: 'v2' },
        keep: (event) =>
          event.object === 'v2.core.event' &&
          (params.types === undefined || params.types.includes(event.type)) &&
          (params.object_id === undefined || event.related_object.id === params.object_id),
      }),
  ),
  route('v2_events.retrieve', 'GET /v2/core/events/*', v2Params({}), ({ store }, _params, id) => {
    const event = store.get('event', id);
    if (event?.object !== 'v2.core.event') throw notFoundV2('event', id);
    return event;
  }),
];
