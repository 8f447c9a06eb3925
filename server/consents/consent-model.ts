import { Schema, type Connection } from 'mongoose';

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
    _id: { type: String, required: true },
    personId: { type: String, required: true },
    granteePlatformId: { type: String, required: true },
    purpose: { type: String, required: true },
    grantedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    withdrawnAt: Date,
  },
  { collection: 'consents', versionKey: false },
);

export const declareConsents = (connection: Connection) => connection.model('Consent', schema);
