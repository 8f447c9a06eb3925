import { Schema, type Connection } from 'mongoose';

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
    _id: { type: String, required: true },
    requestHash: { type: String, required: true },
    status: { type: Number, required: true },
    reply: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'idempotency', versionKey: false },
);

export const declareIdempotency = (connection: Connection) => connection.model('Idempotency', schema);
