import { Schema, type Connection } from 'mongoose';

/** A licensed underwriter. Without one there is no cover. */
export interface CarrierDocument {
  _id: string;
  name: string;
  licence: string;
  createdAt: Date;
}

const schema = new Schema<CarrierDocument>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    licence: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'carriers', versionKey: false },
);

export const declareCarriers = (connection: Connection) => connection.model('Carrier', schema);
