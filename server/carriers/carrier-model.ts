import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

/** A licensed underwriter. Without one there is no cover. */
export interface CarrierDocument {
  _id: string;
  name: string;
  licence: string;
  createdAt: Date;
}

const schema = new Schema<CarrierDocument>(
  {
    _id: text,
    name: text,
    licence: text,
    createdAt: date,
  },
  { collection: 'carriers', versionKey: false },
);

export const declareCarriers = (connection: Connection) => connection.model('Carrier', schema);
