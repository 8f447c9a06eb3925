import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

export interface PlatformDocument {
  _id: string;
  name: string;
  /** CloudEvents `source` values that belong to it (G5); no two platforms share one. */
  sources: string[];
  /** Test and live data never meet: a platform is one or the other. */
  mode: 'test' | 'live';
  createdAt: Date;
}

const schema = new Schema<PlatformDocument>(
  {
    _id: text,
    name: text,
    sources: { type: [String], required: true },
    mode: text,
    createdAt: date,
  },
  { collection: 'platforms', versionKey: false },
);

export const declarePlatforms = (connection: Connection) => connection.model('Platform', schema);
