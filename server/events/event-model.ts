import { Schema, type Connection } from 'mongoose';
import type { EventType } from './event-types.ts';

/** Who may read an event, and whose endpoints it goes to. */
export type EventAudience =
  | { readonly kind: 'platform'; readonly platformId: string }
  | { readonly kind: 'carrier'; readonly carrierId: string }
  /** Operators of Parasol alone. */
  | { readonly kind: 'operators' };

/** A row of the outbox: written in the transaction of its cause, never changed by it again. */
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
}

const text = { type: String, required: true } as const;

const schema = new Schema<EventDocument>(
  {
    _id: text,
    type: text,
    aggregateId: text,
    sequence: { type: Number, required: true },
    audience: { type: Schema.Types.Mixed, required: true },
    audienceKey: text,
    occurredAt: { type: Date, required: true },
    recordedAt: { type: Date, required: true },
    data: { type: Schema.Types.Mixed, required: true },
  },
  { collection: 'events', versionKey: false },
);

export const declareEvents = (connection: Connection) => connection.model('Event', schema);
