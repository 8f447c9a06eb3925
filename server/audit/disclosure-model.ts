import { Schema, type Connection } from 'mongoose';

/** Somebody read a worker's data: one row per reader, worker, purpose and hour. */
export interface DisclosureDocument {
  _id: string;
  workerId: string;
  personId?: string;
  /** `actorName` of the reader. */
  reader: string;
  purpose: 'cover_check' | 'covers' | 'certificate' | 'worker' | 'report' | 'export' | 'support';
  /** What it rested on. */
  basis: 'own_policy' | 'consent' | 'public_code' | 'operator' | 'self';
  firstAt: Date;
}

const schema = new Schema<DisclosureDocument>(
  {
    _id: { type: String, required: true },
    workerId: { type: String, required: true },
    personId: String,
    reader: { type: String, required: true },
    purpose: { type: String, required: true },
    basis: { type: String, required: true },
    firstAt: { type: Date, required: true },
  },
  { collection: 'disclosures', versionKey: false },
);

export const declareDisclosures = (connection: Connection) => connection.model('Disclosure', schema);
