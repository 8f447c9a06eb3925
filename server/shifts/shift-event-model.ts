import { Schema, type Connection } from 'mongoose';
import type { DecisionFlag, Outcome, ShiftEventType } from '../../programs/cover/cover-facts.ts';
import { date, mixed, text } from '../database/schema-fields.ts';

/** A decision as stored on its event (G2); amounts are BSON longs (M1). */
export interface StoredDecision {
  outcome: Outcome;
  reasons: string[];
  flags: DecisionFlag[];
  cover?: {
    coverId: string;
    policyId: string;
    workerId: string;
    productDay: string;
    policyRevision: number;
    product: string;
    effectiveAt: Date;
    /** Of the event that opened the cover: what paid for it (G21), so that a cover that a crash lost has it again. */
    envelopeId?: string | undefined;
  };
  premium?: { amount: number; currency: string; final: boolean };
}

/**
 * A shift event: a fact with the decision it was answered with. Inserted once, never changed (DESIGN 3).
 * `_id` is platform, source and id, delimited without ambiguity (`server/shifts/event-key.ts`, G3).
 */
export interface ShiftEventDocument {
  _id: string;
  platformId: string;
  source: string;
  /** The CloudEvents `id`. */
  eventId: string;
  type: ShiftEventType;
  subject?: string | undefined;
  /** Our id of the worker (`wrk_...`); `externalId` is the platform's. */
  workerId: string;
  externalId: string;
  shiftId: string;
  orderId?: string | undefined;
  /** The policy that the platform named, if it named one. */
  policyId?: string | undefined;
  occupationClass: string;
  territory: string;
  declaredAge?: number | undefined;
  /** CloudEvents `time`: when it happened. */
  time: Date;
  receivedAt: Date;
  /** SHA-256 (base64url) of the canonical content (G3). */
  hash: string;
  via: 'api' | 'import';
  decision: StoredDecision;
}

const schema = new Schema<ShiftEventDocument>(
  {
    _id: text,
    platformId: text,
    source: text,
    eventId: text,
    type: text,
    subject: String,
    workerId: text,
    externalId: text,
    shiftId: text,
    orderId: String,
    policyId: String,
    occupationClass: text,
    territory: text,
    declaredAge: Number,
    time: date,
    receivedAt: date,
    hash: text,
    via: text,
    decision: mixed,
  },
  { collection: 'shift_events', versionKey: false },
);

export const declareShiftEvents = (connection: Connection) => connection.model('ShiftEvent', schema);
