import { Schema, type Connection } from 'mongoose';
import { count, date, text } from '../database/schema-fields.ts';

/** An `Idempotency-Key` with what it was answered; stored in the transaction of the effect (DESIGN 9). Expires after 30 days. */
export interface IdempotencyDocument {
  /** `<actor>/<operationId>/<key>` */
  _id: string;
  /** SHA-256 of the canonical request. */
  requestHash: string;
  status: number;
  reply: string;
  createdAt: Date;
  expiresAt: Date;
}

const schema = new Schema<IdempotencyDocument>(
  {
    _id: text,
    requestHash: text,
    status: count,
    reply: text,
    createdAt: date,
    expiresAt: date,
  },
  { collection: 'idempotency', versionKey: false },
);

export const declareIdempotency = (connection: Connection) => connection.model('Idempotency', schema);
