import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import { eventRows } from '../events/event-model.ts';
import type { EventType } from '../events/event-types.ts';
import type { Services } from '../services.ts';
import { assertTarget, typesOf } from './create-endpoint.ts';
import { findEndpoint, type EndpointRef } from './find-endpoint.ts';
import { endpointEtag } from './render-endpoint.ts';
import { webhookRows, type WebhookEndpointDocument } from './webhook-models.ts';

/** What is absent stays as it is. */
export interface EndpointChange {
  readonly url?: string | undefined;
  readonly types?: readonly (EventType | '*')[] | undefined;
  readonly description?: string | undefined;
}

export interface UpdateEndpointInput extends EndpointRef {
  readonly change: EndpointChange;
  /** Throws when the change is meant for another version than this one. */
  readonly checkVersion: (etag: string) => void;
}

/**
 * Changes an endpoint. Calls that are under way still go where they went. Throws `webhook_endpoint_not_found`,
 * `webhook_url_refused`, `version_moved`.
 */
export async function updateEndpoint(services: Services, input: UpdateEndpointInput): Promise<WebhookEndpointDocument> {
  const now = services.clock.now();
  const stored = await findEndpoint(services, input);
  input.checkVersion(endpointEtag(stored));
  const { url = stored.url, description = stored.description } = input.change;
  const types = input.change.types === undefined ? stored.types : typesOf(input.change.types);
  if (url !== stored.url) assertTarget(services, { url, mode: stored.mode });
  return write(services, stored, now, {
    $set: { url, description, types },
    // Another address has not failed yet.
    ...(url !== stored.url && { $unset: { failingSince: '' } }),
  });
}

/** No more calls until it is resumed; what happens meanwhile waits in the log. Pausing a paused one changes nothing. */
export async function pauseEndpoint(services: Services, ref: EndpointRef): Promise<WebhookEndpointDocument> {
  const now = services.clock.now();
  const stored = await findEndpoint(services, ref);
  if (stored.state === 'paused') return stored;
  return write(services, stored, now, { $set: { state: 'paused', pausedBecause: 'asked', pausedAt: new Date(now) } });
}

export interface ResumeEndpointInput extends EndpointRef {
  /** Leaves out what was published while it was paused; a resend by time still brings it. Default false: all is delivered. */
  readonly skipMissed?: boolean | undefined;
}

/** Calls again: what has waited goes first. Resuming an active one changes nothing. */
export async function resumeEndpoint(services: Services, input: ResumeEndpointInput): Promise<WebhookEndpointDocument> {
  const now = services.clock.now();
  const stored = await findEndpoint(services, input);
  if (stored.state === 'active') return stored;
  const head = await eventRows(services).heads.findOne({ _id: stored.audienceKey });
  return write(services, stored, now, {
    $set: { state: 'active' },
    $unset: { pausedBecause: '', pausedAt: '', failingSince: '' },
    ...(input.skipMissed === true && { $max: { position: head?.position ?? 0 } }),
  });
}

/** Ends an endpoint for good, with what still waits for it. What was delivered stays readable by its id. */
export async function deleteEndpoint(services: Services, input: Omit<UpdateEndpointInput, 'change'>): Promise<void> {
  const now = services.clock.now();
  const stored = await findEndpoint(services, input);
  input.checkVersion(endpointEtag(stored));
  const { deletedCount } = await webhookRows(services).endpoints.deleteOne({
    _id: stored._id,
    version: stored.version,
  });
  if (deletedCount !== 1) throw moved();
  await cancelWaiting(services, stored._id, now);
}

/** Deliveries of an endpoint that is no more. */
export async function cancelWaiting(
  services: Pick<Services, 'database'>,
  endpointId: string,
  now: Instant,
): Promise<void> {
  await webhookRows(services).deliveries.updateMany(
    { endpointId, state: 'waiting' },
    {
      $set: { state: 'cancelled', endedAt: new Date(now), expiresAt: new Date(now + CANCELLED_KEPT_MS) },
      $unset: { dueAt: '', lease: '' },
    },
  );
}

const CANCELLED_KEPT_MS = 30 * 86_400_000;

interface EndpointUpdate {
  readonly $set?: Partial<WebhookEndpointDocument>;
  readonly $unset?: { readonly [F in keyof WebhookEndpointDocument]?: '' };
  readonly $max?: { readonly position: number };
}

async function write(
  services: Pick<Services, 'database'>,
  stored: WebhookEndpointDocument,
  now: Instant,
  update: EndpointUpdate,
): Promise<WebhookEndpointDocument> {
  const changed = await webhookRows(services).endpoints.findOneAndUpdate(
    { _id: stored._id, version: stored.version },
    { ...update, $set: { ...update.$set, updatedAt: new Date(now), version: stored.version + 1 } },
    { returnDocument: 'after' },
  );
  if (changed === null) throw moved();
  return changed;
}

const moved = (): Refusal =>
  new Refusal(
    'precondition_failed',
    'version_moved',
    'The endpoint was changed by somebody else meanwhile: read it again.',
  );
