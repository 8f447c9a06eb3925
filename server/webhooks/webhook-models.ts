import type { Collection } from 'mongodb';
import { Schema, type Connection } from 'mongoose';
import type { EventAudience } from '../events/event-model.ts';
import type { EventType } from '../events/event-types.ts';
import type { Services } from '../services.ts';
import { count, date, mixed, text } from '../database/schema-fields.ts';

/** Signs calls; encrypted at rest, shown once. */
export interface WebhookSecret {
  cipher: string;
  createdAt: Date;
  /** Replaced: signs beside the new one until then. */
  expiresAt?: Date;
}

export type PauseReason = 'asked' | 'failing' | 'gone';

/** Where the events of one audience are delivered. */
export interface WebhookEndpointDocument {
  _id: string;
  audience: EventAudience;
  audienceKey: string;
  /** The platform's; what may be called depends on it (`target-policy.ts`). */
  mode: 'test' | 'live';
  url: string;
  description: string;
  /** Which events; `['*']`: all. */
  types: (EventType | '*')[];
  state: 'active' | 'paused';
  pausedBecause?: PauseReason;
  pausedAt?: Date;
  /** At most two live ones. */
  secrets: WebhookSecret[];
  /** Events up to this place have their deliveries. */
  position: number;
  /** When the first call began that failed since the last acceptance. */
  failingSince?: Date;
  /** Events told about the endpoint so far. */
  eventCount: number;
  /** For ETag and If-Match. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** What one call brought. */
export interface WebhookAnswer {
  at: Date;
  durationMs: number;
  /** Absent: there was no answer, and `problem` says why. */
  status?: number;
  problem?: string;
  /** At most the first KB. */
  body?: string;
}

/** One event on its way to one endpoint. */
export interface WebhookDeliveryDocument {
  /** Deterministic: endpoint and event. */
  _id: string;
  endpointId: string;
  audienceKey: string;
  eventId: string;
  eventType: EventType;
  /** The event's place in the log; 0 for a test, which goes ahead. */
  position: number;
  /** `cancelled`: the endpoint was deleted. */
  state: 'waiting' | 'delivered' | 'dead' | 'cancelled';
  /** Calls of this round; a resend begins a new one. */
  attempts: number;
  firstAttemptAt?: Date;
  /** While it waits: when to call next, or when the lease of who is calling runs out. */
  dueAt?: Date;
  /** Who is calling: only they may record what came of it. */
  lease?: string;
  /** The last 20, of all rounds. */
  answers: WebhookAnswer[];
  createdAt: Date;
  /** When it was delivered, died or was cancelled. */
  endedAt?: Date;
  /** When it is removed. */
  expiresAt?: Date;
}

const endpointSchema = new Schema<WebhookEndpointDocument>(
  {
    _id: text,
    audience: mixed,
    audienceKey: text,
    mode: text,
    url: text,
    description: { type: String },
    types: { type: [String], required: true },
    state: text,
    pausedBecause: String,
    pausedAt: Date,
    secrets: mixed,
    position: count,
    failingSince: Date,
    eventCount: count,
    version: count,
    createdAt: date,
    updatedAt: date,
  },
  { collection: 'webhook_endpoints', versionKey: false },
);

const deliverySchema = new Schema<WebhookDeliveryDocument>(
  {
    _id: text,
    endpointId: text,
    audienceKey: text,
    eventId: text,
    eventType: text,
    position: count,
    state: text,
    attempts: count,
    firstAttemptAt: Date,
    dueAt: Date,
    lease: String,
    answers: mixed,
    createdAt: date,
    endedAt: Date,
    expiresAt: Date,
  },
  { collection: 'webhook_deliveries', versionKey: false },
);

export const declareWebhookEndpoints = (connection: Connection) => connection.model('WebhookEndpoint', endpointSchema);
export const declareWebhookDeliveries = (connection: Connection) => connection.model('WebhookDelivery', deliverySchema);

/** Both as the driver's own collections, typed: deliveries come in thousands. */
export function webhookRows({ database }: Pick<Services, 'database'>): {
  readonly endpoints: Collection<WebhookEndpointDocument>;
  readonly deliveries: Collection<WebhookDeliveryDocument>;
} {
  return {
    endpoints: database.db.collection('webhook_endpoints'),
    deliveries: database.db.collection('webhook_deliveries'),
  };
}
