import { randomInt } from 'node:crypto';
import type { Instant } from '../../programs/calendar.ts';
import {
  decideDelivery,
  decidePause,
  isAccepted,
  type CallAnswer,
  type DeliveryDecision,
} from '../../programs/webhooks/decide-delivery.ts';
import type { EventDocument } from '../events/event-model.ts';
import { renderEvent } from '../events/render-event.ts';
import type { Services } from '../services.ts';
import type { AnswerLog } from './answer-log.ts';
import { callEndpoint, type CallResult } from './call-endpoint.ts';
import { signedHeaders } from './endpoint-secrets.ts';
import { pauseFailing } from './pause-failing.ts';
import type { Resolve } from './resolve-host.ts';
import { targetPolicy } from './target-policy.ts';
import type { TakenDelivery } from './take-deliveries.ts';
import { webhookRows, type WebhookAnswer, type WebhookEndpointDocument } from './webhook-models.ts';

const DAY_MS = 86_400_000;
/** Deliveries are a log of calls, not of events: the events stay. */
export const DELIVERED_KEPT_MS = 30 * DAY_MS;
export const DEAD_KEPT_MS = 90 * DAY_MS;
const ANSWERS_KEPT = 20;
const CHANCES = 2 ** 32;

export interface CallSettings {
  readonly timeoutMs: number;
  readonly resolve: Resolve;
  readonly answers: AnswerLog;
}

/**
 * Calls an endpoint with an event and records what came of it. Only the holder of the lease records: who comes back from
 * the dead has called a second time, which receivers recognise by the `webhook-id`, but changes nothing here.
 */
export async function deliverOne(
  services: Services,
  settings: CallSettings,
  { endpoint, delivery, event }: { endpoint: WebhookEndpointDocument; delivery: TakenDelivery; event: EventDocument },
): Promise<void> {
  const startedAt = services.clock.now();
  const body = JSON.stringify(renderEvent(event));
  const result = await callEndpoint({
    ...settings,
    url: endpoint.url,
    body,
    headers: signedHeaders(services.secrets, endpoint.secrets, { eventId: event._id, body, now: startedAt }),
    policy: targetPolicy(services.config, endpoint.mode),
  });
  const now = services.clock.now();
  const firstAttemptAt = delivery.firstAttemptAt?.getTime() ?? startedAt;
  const decision = decideDelivery({
    answer: result.answer,
    attempt: delivery.attempts,
    firstAttemptAt,
    now,
    chance: randomInt(CHANCES) / CHANCES,
  });
  await settings.answers.write({
    updateOne: {
      filter: { _id: delivery._id, lease: delivery.lease },
      update: {
        $set: { ...fieldsOf(decision, now), firstAttemptAt: new Date(firstAttemptAt) },
        $unset: { lease: '', ...(decision.outcome !== 'retry' && { dueAt: '' }) },
        $push: { answers: { $each: [answerOf(result, startedAt)], $slice: -ANSWERS_KEPT } },
      },
    },
  });
  services.metrics.webhookCalls.inc({ result: decision.outcome });
  await recordHealth(services, endpoint, { answer: result.answer, startedAt, now });
}

function fieldsOf(decision: DeliveryDecision, now: Instant) {
  switch (decision.outcome) {
    case 'delivered':
      return { state: 'delivered', endedAt: new Date(now), expiresAt: new Date(now + DELIVERED_KEPT_MS) } as const;
    case 'dead':
      return { state: 'dead', endedAt: new Date(now), expiresAt: new Date(now + DEAD_KEPT_MS) } as const;
    case 'retry':
      return { dueAt: new Date(decision.at) };
  }
}

function answerOf({ answer, problem, body, durationMs }: CallResult, startedAt: Instant): WebhookAnswer {
  return {
    at: new Date(startedAt),
    durationMs,
    ...(answer.kind === 'answered' && { status: answer.status }),
    ...(problem !== undefined && { problem }),
    ...(body !== '' && { body }),
  };
}

/** Writes only what changes: a healthy endpoint costs nothing here. */
async function recordHealth(
  services: Services,
  endpoint: WebhookEndpointDocument,
  { answer, startedAt, now }: { answer: CallAnswer; startedAt: Instant; now: Instant },
): Promise<void> {
  const { endpoints } = webhookRows(services);
  const { failingSince } = endpoint;
  if (isAccepted(answer)) {
    if (failingSince !== undefined) {
      await endpoints.updateOne({ _id: endpoint._id, failingSince }, { $unset: { failingSince: '' } });
    }
    return;
  }
  const since = failingSince?.getTime() ?? startedAt;
  if (failingSince === undefined) {
    await endpoints.updateOne(
      { _id: endpoint._id, failingSince: { $exists: false } },
      { $set: { failingSince: new Date(since) } },
    );
  }
  const because = decidePause(answer, { failingSince: since, now });
  if (because !== undefined) await pauseFailing(services, { endpointId: endpoint._id, because, now });
}
