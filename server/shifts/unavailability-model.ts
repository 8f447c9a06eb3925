import { Schema, type Connection } from 'mongoose';

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
    _id: { type: String, required: true },
    from: { type: Date, required: true },
    to: { type: Date, required: true },
    note: { type: String, required: true },
    recordedAt: { type: Date, required: true },
  },
  { collection: 'unavailabilities', versionKey: false },
);

export const declareUnavailabilities = (connection: Connection) => connection.model('Unavailability', schema);
