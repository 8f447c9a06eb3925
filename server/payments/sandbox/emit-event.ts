import { newId, rfc3339, seconds } from './context.ts';
import type { Context } from './context.ts';
import type { EventRow } from './rows.ts';

/** Tells of an object of v1 with the object as it is now. */
export function emitEvent(context: Context, type: string, object: object): void {
  send(context, {
    id: newId(context, 'evt'),
    object: 'event',
    api_version: context.apiVersion,
    created: seconds(context.now),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: context.requestId, idempotency_key: context.idempotencyKey },
    type,
  });
}

/** Tells of an object of v2 by its id alone; the receiver fetches it. */
export function emitThinEvent(
  context: Context,
  type: string,
  object: { readonly id: string; readonly object: string },
): void {
  send(context, {
    id: newId(context, 'evt'),
    object: 'v2.core.event',
    created: rfc3339(context.now),
    livemode: false,
    reason: null,
    related_object: { id: object.id, type: object.object, url: `/${object.object.replaceAll('.', '/')}s/${object.id}` },
    type,
  });
}

function send(context: Context, event: EventRow): void {
  context.store.put('event', event);
  for (const dueAt of context.planWebhook(event.type, context.now).dueAt) {
    context.store.put('delivery', {
      id: newId(context, 'whd'),
      event: event.id,
      dueAt,
      attempts: 0,
      createdAt: context.now,
    });
  }
}
