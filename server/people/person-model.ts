import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

/**
 * Personal data, apart from facts; every field but the id, the mode and the hash is ciphertext under the document's own
 * key (M10). There are two sorts. A *person* has a `nationalIdHash` and is the same for all platforms. A *profile*
 * (`profileIdOf` the worker) holds what one platform says of its worker: a platform never sees or overwrites what another
 * one said, whoever they both mean (G22).
 */
export interface PersonDocument {
  _id: string;
  /** A person of test data is nobody in live data. */
  mode: 'test' | 'live';
  /** Keyed HMAC of the national id under its own key (G23); absent when none was given. */
  nationalIdHash?: string;
  /** The person's data key, wrapped by the configuration's encryption key. Erasure destroys it. */
  wrappedKey?: string;
  name?: string;
  phone?: string;
  nationalId?: string;
  createdAt: Date;
  updatedAt: Date;
  erasedAt?: Date;
}

const schema = new Schema<PersonDocument>(
  {
    _id: text,
    mode: text,
    nationalIdHash: String,
    wrappedKey: String,
    name: String,
    phone: String,
    nationalId: String,
    createdAt: date,
    updatedAt: date,
    erasedAt: Date,
  },
  { collection: 'people', versionKey: false },
);

export const declarePeople = (connection: Connection) => connection.model('Person', schema);
