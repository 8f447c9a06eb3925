import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

/** How far a job has walked along the receipts. Losing one costs a walk from the beginning, nothing else. */
export interface ReceiptCursorDocument {
  /** The walk's name. */
  _id: string;
  /** Every event received before this was looked at (those of the overlap will be again). */
  receivedBefore: Date;
}

const schema = new Schema<ReceiptCursorDocument>(
  { _id: text, receivedBefore: date },
  { collection: 'job_cursors', versionKey: false },
);

export const declareReceiptCursors = (connection: Connection) => connection.model('ReceiptCursor', schema);
