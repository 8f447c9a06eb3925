import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

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
    _id: text,
    workerId: text,
    personId: String,
    reader: text,
    purpose: text,
    basis: text,
    firstAt: date,
  },
  { collection: 'disclosures', versionKey: false },
);

export const declareDisclosures = (connection: Connection) => connection.model('Disclosure', schema);
