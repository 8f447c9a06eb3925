import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

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
    _id: text,
    tokenId: text,
    kind: text,
    subjectId: text,
    platformId: String,
    createdAt: date,
    expiresAt: date,
    revokedAt: Date,
  },
  { collection: 'tokens', versionKey: false },
);

export const declareTokens = (connection: Connection) => connection.model('Token', schema);
