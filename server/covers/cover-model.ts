import { Schema, type Connection } from 'mongoose';
import { count, date, text } from '../database/schema-fields.ts';

/**
 * A cover: the reservation of (policy, worker, product day) with its frozen terms (G1). Inserted once, never changed.
 * `_id` = day, worker hash, worker, policy (G4; `coverId` in programs/cover). Protection and charge are the fold of the events.
 */
export interface CoverDocument {
  _id: string;
  policyId: string;
  policyRevision: number;
  platformId: string;
  workerId: string;
  /** `YYYY-MM-DD` */
  productDay: string;
  /** `rider-day@1` */
  product: string;
  timeZone: string;
  backFilling: boolean;
  /** `_id` of the event that opened it. */
  openedBy: string;
  openedAt: Date;
  /** The envelope that paid for it (G21); absent under postpaid policies. */
  envelopeId?: string | undefined;
}

const schema = new Schema<CoverDocument>(
  {
    _id: text,
    policyId: text,
    policyRevision: count,
    platformId: text,
    workerId: text,
    productDay: text,
    product: text,
    timeZone: text,
    backFilling: { type: Boolean, required: true },
    openedBy: text,
    openedAt: date,
    envelopeId: String,
  },
  { collection: 'covers', versionKey: false },
);

export const declareCovers = (connection: Connection) => connection.model('Cover', schema);
