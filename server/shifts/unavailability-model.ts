import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

/** A time in which we know that no API process was there to receive events: it does not count towards lateness (G9). */
export interface UnavailabilityDocument {
  _id: string;
  from: Date;
  to: Date;
  note: string;
  recordedAt: Date;
}

const schema = new Schema<UnavailabilityDocument>(
  {
    _id: text,
    from: date,
    to: date,
    note: text,
    recordedAt: date,
  },
  { collection: 'unavailabilities', versionKey: false },
);

export const declareUnavailabilities = (connection: Connection) => connection.model('Unavailability', schema);
