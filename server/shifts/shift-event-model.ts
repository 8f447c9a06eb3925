import { Schema, type Connection } from 'mongoose';
import type { DecisionFlag, Outcome, ShiftEventType } from '../../programs/cover/cover-facts.ts';

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
    _id: { type: String, required: true },
    platformId: { type: String, required: true },
    source: { type: String, required: true },
    eventId: { type: String, required: true },
    type: { type: String, required: true },
    subject: String,
    workerId: { type: String, required: true },
    externalId: { type: String, required: true },
    shiftId: { type: String, required: true },
    orderId: String,
    policyId: String,
    occupationClass: { type: String, required: true },
    territory: { type: String, required: true },
    declaredAge: Number,
    time: { type: Date, required: true },
    receivedAt: { type: Date, required: true },
    hash: { type: String, required: true },
    via: { type: String, required: true },
    decision: { type: Schema.Types.Mixed, required: true },
  },
  { collection: 'shift_events', versionKey: false },
);

export const declareShiftEvents = (connection: Connection) => connection.model('ShiftEvent', schema);
