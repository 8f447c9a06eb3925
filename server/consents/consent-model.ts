import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

/** A person's consent that a platform may see their covers under other platforms' policies (G22). Withdrawal stops new disclosure. */
export interface ConsentDocument {
  _id: string;
  personId: string;
  granteePlatformId: string;
  purpose: 'cover_check';
  grantedAt: Date;
  expiresAt: Date;
  withdrawnAt?: Date;
}

const schema = new Schema<ConsentDocument>(
  {
    _id: text,
    personId: text,
    granteePlatformId: text,
    purpose: text,
    grantedAt: date,
    expiresAt: date,
    withdrawnAt: Date,
  },
  { collection: 'consents', versionKey: false },
);

export const declareConsents = (connection: Connection) => connection.model('Consent', schema);
