import { Schema, type Connection } from 'mongoose';
import type { Scope } from '../actor.ts';
import { date, text } from '../database/schema-fields.ts';

/** An API key; only its hash is kept. At most two live keys per owner, so that rotation has no gap. */
export interface ApiKeyDocument {
  /** SHA-256 of the whole key, base64url. */
  _id: string;
  keyId: string;
  owner: 'platform' | 'operator';
  /** The platform's id, or the operator's. */
  ownerId: string;
  /** What may be shown: `psk_test_ab12...`. */
  hint: string;
  scopes: Scope[];
  /** Which of the owner's two places it holds while it lives: unique per owner, so a third live key cannot be written. */
  slot?: number;
  createdAt: Date;
  expiresAt?: Date;
  revokedAt?: Date;
}

const schema = new Schema<ApiKeyDocument>(
  {
    _id: text,
    keyId: text,
    owner: text,
    ownerId: text,
    hint: text,
    scopes: { type: [String], required: true },
    slot: Number,
    createdAt: date,
    expiresAt: Date,
    revokedAt: Date,
  },
  { collection: 'api_keys', versionKey: false },
);

export const declareApiKeys = (connection: Connection) => connection.model('ApiKey', schema);
