import { Schema, type Connection } from 'mongoose';

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
    _id: { type: String, required: true },
    publicJwk: { type: Schema.Types.Mixed, required: true },
    wrappedPrivateJwk: { type: String, required: true },
    createdAt: { type: Date, required: true },
    signsUntil: { type: Date, required: true },
    publishedUntil: { type: Date, required: true },
  },
  { collection: 'signing_keys', versionKey: false },
);

export const declareSigningKeys = (connection: Connection) => connection.model('SigningKey', schema);
