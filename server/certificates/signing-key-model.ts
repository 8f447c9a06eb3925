import { Schema, type Connection } from 'mongoose';
import { date, mixed, text } from '../database/schema-fields.ts';

/** A certificate signing key, shared by all processes and rotated (G24). The private half is ciphertext. */
export interface SigningKeyDocument {
  /** The JWK thumbprint: `kid`. */
  _id: string;
  publicJwk: Record<string, unknown>;
  wrappedPrivateJwk: string;
  createdAt: Date;
  /** Signs until here; verifies until its last token has expired. */
  signsUntil: Date;
  publishedUntil: Date;
}

const schema = new Schema<SigningKeyDocument>(
  {
    _id: text,
    publicJwk: mixed,
    wrappedPrivateJwk: text,
    createdAt: date,
    signsUntil: date,
    publishedUntil: date,
  },
  { collection: 'signing_keys', versionKey: false },
);

export const declareSigningKeys = (connection: Connection) => connection.model('SigningKey', schema);
