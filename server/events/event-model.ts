import type { Collection } from 'mongodb';
import { Schema, type Connection } from 'mongoose';
import type { Services } from '../services.ts';
import type { EventType } from './event-types.ts';
import { count, date, mixed, text } from '../database/schema-fields.ts';

/** Who may read an event, and whose endpoints it goes to. */
export type EventAudience =
  | { readonly kind: 'platform'; readonly platformId: string }
  | { readonly kind: 'carrier'; readonly carrierId: string }
  /** Operators of Parasol alone. */
  | { readonly kind: 'operators' };

/**
 * A row of the outbox: written in the transaction of its cause, which never changes it again. `place-events.ts` gives it
 * its place in the log, once; only then is it told to anybody.
 */
export interface EventDocument {
  /** Deterministic: aggregate and sequence. */
  _id: string;
  type: EventType;
  aggregateId: string;
  /** Counts the events of one aggregate from 1, without holes. */
  sequence: number;
  audience: EventAudience;
  /** `<kind>` or `<kind>:<id>`: the tenant filter as one indexed text. */
  audienceKey: string;
  occurredAt: Date;
  recordedAt: Date;
  /** What the receiver may know. Never health data, never personal data: ids, amounts, states. */
  data: Record<string, unknown>;
  /** Until it has its place. */
  unplaced?: true;
  /** Its place in the log of all events: 1, 2, 3 ... in the order of commits, not of `recordedAt`. */
  position?: number;
  /** When it got its place; never decreases along the log. */
  publishedAt?: Date;
}

/** How far the log is written: `_id` `all`, or an audience's key for the place of its last event. */
export interface EventHeadDocument {
  _id: string;
  position: number;
  publishedAt: Date;
  /** Of an audience: webhook endpoints ever made; whoever makes one writes here, so that two at once meet. */
  endpointsMade?: number;
}

const schema = new Schema<EventDocument>(
  {
    _id: text,
    type: text,
    aggregateId: text,
    sequence: count,
    audience: mixed,
    audienceKey: text,
    occurredAt: date,
    recordedAt: date,
    data: mixed,
    unplaced: Boolean,
    position: Number,
    publishedAt: Date,
  },
  { collection: 'events', versionKey: false },
);

export const declareEvents = (connection: Connection) => connection.model('Event', schema);

const headSchema = new Schema<EventHeadDocument>(
  {
    _id: text,
    position: count,
    publishedAt: date,
    endpointsMade: Number,
  },
  { collection: 'event_heads', versionKey: false },
);

export const declareEventHeads = (connection: Connection) => connection.model('EventHead', headSchema);

/** The log as the driver's own collections: events go out in thousands, and nothing of them needs casting. */
export function eventRows({ database }: Pick<Services, 'database'>): {
  readonly events: Collection<EventDocument>;
  readonly heads: Collection<EventHeadDocument>;
} {
  return { events: database.db.collection('events'), heads: database.db.collection('event_heads') };
}
