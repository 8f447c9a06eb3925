import { Schema, type Connection } from 'mongoose';

/** A worker's or a person's token; only its hash is kept (G22). */
export interface TokenDocument {
  /** SHA-256 of the whole token, base64url. */
  _id: string;
  tokenId: string;
  kind: 'worker' | 'person';
  /** The worker's id or the person's id. */
  subjectId: string;
  /** `worker` tokens: the platform that minted it. */
  platformId?: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt?: Date;
}

const schema = new Schema<TokenDocument>(
  {
    _id: { type: String, required: true },
    tokenId: { type: String, required: true },
    kind: { type: String, required: true },
    subjectId: { type: String, required: true },
    platformId: String,
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    revokedAt: Date,
  },
  { collection: 'tokens', versionKey: false },
);

export const declareTokens = (connection: Connection) => connection.model('Token', schema);
